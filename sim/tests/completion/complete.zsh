#!/usr/bin/env zsh
# What zsh offers for the word at the end of command lines: lines of the number of the command line, a tab, a word. A shell on a
# pseudo-terminal is given each line and a tab, and what compadd is handed there goes to a file.
# Usage: complete.zsh FOLDER LINE...; FOLDER has the completion as _drydock
zmodload zsh/zpty || exit 1
work=$(mktemp -d)
trap 'rm -rf $work' EXIT
cat >$work/rc <<Z
fpath=(${(q)1} \$fpath)
autoload compinit
compinit -D -u
bindkey '^I' complete-word
bindkey '^U' kill-whole-line
zstyle ':completion:*' insert-tab false
integer number=0
compadd() {
  typeset -a hits
  if [[ \${@[1,(i)(-|--)]} != *-(O|A|D)\ * ]]; then
    builtin compadd -A hits "\$@"
    print -rl -- \$number\$'\t'\$IPREFIX\$^hits >>$work/hits
  fi
  builtin compadd "\$@"
}
completed() {
  : >$work/done.\$number
  number+=1
  comppostfuncs=(completed)
}
comppostfuncs=(completed)
: >$work/done
Z
# A terminal that nobody reads from fills up.
until_there() {
  until [[ -e $1 ]]; do zpty -r -t shell text || sleep 0.01; done
}
zpty shell "exec zsh -f -i"
zpty -w shell "source $work/rc"
until_there $work/done
for ((i = 2; i <= $#; i++)); do
  zpty -w -n shell $'\C-u'"$argv[i]"$'\t'
  until_there $work/done.$((i - 2))
done
zpty -d shell
[[ ! -e $work/hits ]] || grep -P '\t.' $work/hits
