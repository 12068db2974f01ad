#!/usr/bin/env bash
# Completions, as each shell gives them: bash, zsh, fish. A shell that is not there is left out. Usage: completion.sh DRYDOCK
set -u
drydock=$(realpath "$1")
here=$(realpath "$(dirname "$0")")/completion
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$here/../../.." || exit 1 # there are scenarios to complete
bad=0
fail() {
  echo "completion.sh: $*" >&2
  bad=1
}
shells=()
for shell in bash zsh fish; do
  mkdir "$work/$shell" && "$drydock" completion $shell >"$work/$shell/_drydock" || fail "completion $shell"
  command -v $shell >/dev/null || continue
  shells+=($shell)
  $shell -n "$work/$shell/_drydock" || fail "$shell -n"
done
lines=() expected=()
# offers LINE WORD...: exactly these, in every shell. They are asked together, below.
offers() {
  lines+=("$1")
  shift
  expected+=("$(printf '%s\n' "$@" | LC_ALL=C sort -u)")
}
# What a shell offers for each line: lines of its number, a tab, a word.
complete_all() {
  case $1 in
  bash) bash "$here/complete.bash" "$work/bash/_drydock" "${lines[@]}" ;;
  zsh) timeout -s KILL 120 zsh -f "$here/complete.zsh" "$work/zsh" "${lines[@]}" ;;
  fish) fish --no-config "$here/complete.fish" "$work/fish/_drydock" "${lines[@]}" ;;
  esac
}
# Shells offer the word, all of the option's argument, or the last part of the path.
last_part() {
  sed -E 's/\/$//; s/^([^ ]*[^ /]=)([^ ]+)$/\2/; s/=$//; s/^.*,//; s/^[^ ]*\/([^/]+)$/\1/; s/\\ / /g' | LC_ALL=C sort -u
}
listed() { # TABLE: its names
  "$drydock" list "$1" | awk '/^[^ ]/ {print $1}'
}

offers 'drydock ru' run
offers 'drydock re' replay regress
offers 'drydock run --revi' --revision
offers 'drydock run --revision 8.9.' 8.9.1 8.9.2
offers 'drydock run --revision ' 8.9.1 8.9.2 all
offers 'drydock run --revision=a' all
offers 'drydock serve --revision ' 8.9.1 8.9.2
offers 'drydock run --without ' $("$drydock" list revisions | awk '/^ / {print $1}')
offers 'drydock run --format ' $(listed formats)
offers 'drydock ablate --format ma' markdown
offers 'drydock ablate --format exer'
offers 'drydock run --report m' markdown
offers 'drydock run --report junit=x,m' markdown
offers 'drydock run --report junit=Makef' Makefile
offers 'drydock run --around fl' flag-cleared flag-stuck
offers 'drydock replay --break ' $(listed oracles)
offers 'drydock run --task sy' syncthing
offers 'drydock run --port d' docker db daemon
offers 'drydock sweep --fault-kinds ' $(listed faults)
offers 'drydock sweep --fault-kinds slow,g' garbled
offers 'drydock explore --strikes ' $(listed strikes)
offers 'drydock explore --strategy ' $(listed strategies)
offers 'drydock compare --strategies random,p' pos pct
offers 'drydock replay --until docker\ containers.p' 'docker containers.prune'
offers 'drydock serve --clock v' virtual
offers 'drydock run --color a' auto always
offers 'drydock explore --save scena' scenarios
offers 'drydock run --output Makef' Makefile
offers 'drydock run --seed '
offers 'drydock run scenarios/incidents/o' openclawpro.json
offers 'drydock run --quiet scenarios/inc' incidents
offers 'drydock list f' faults formats
offers 'drydock help ser' serve
offers 'drydock completion ' bash zsh fish

for shell in "${shells[@]}"; do
  complete_all "$shell" >"$work/offered"
  for i in "${!lines[@]}"; do
    offered=$(sed -n "s/^$i\t//p" "$work/offered" | last_part)
    [ "$offered" = "${expected[i]}" ] || fail "$shell: \"${lines[i]}\" offers $(tr '\n' ' ' <<<"$offered"), expected: $(tr '\n' ' ' <<<"${expected[i]}")"
  done
done

# Every verb and option of the table, in every script.
options=0
for verb in $("$drydock" help | awk '/^Verbs:/ {on = 1; next} /^$/ {on = 0} on {print $1}'); do
  "$drydock" help "$verb" | grep -oE '^  --?[A-Za-z-]+' | tr -d ' ' | LC_ALL=C sort >"$work/told"
  options=$((options + $(wc -l <"$work/told")))
  bash -c 'source "$1"; _drydock_options "$2"; printf "%s\n" "${words[@]}"' - "$work/bash/_drydock" "$verb" | grep -vx -- --help | LC_ALL=C sort >"$work/known"
  cmp -s "$work/told" "$work/known" || fail "bash: options of $verb: $(diff "$work/told" "$work/known")"
  sed -n "/^_drydock_$verb() {/,/^}/s/^        '\*\?\(--\?[A-Za-z-]*\)[=+]\?''.*/\1/p" "$work/zsh/_drydock" | LC_ALL=C sort >"$work/known"
  cmp -s "$work/told" "$work/known" || fail "zsh: options of $verb: $(diff "$work/told" "$work/known")"
  sed -n "s/^complete -c drydock -n '__drydock_verb $verb' -l \([^ ]*\) .*/--\1/p; s/^complete -c drydock -n '__drydock_verb $verb' -s \([^ ]*\) .*/-\1/p" \
    "$work/fish/_drydock" | grep -vx -- -h | LC_ALL=C sort >"$work/known"
  cmp -s "$work/told" "$work/known" || fail "fish: options of $verb: $(diff "$work/told" "$work/known")"
done
[ $options -gt 100 ] || fail "only $options options in help"

[ "$bad" = 0 ] && echo "completion: ${#lines[@]} lines in ${shells[*]}, $options options"
exit "$bad"
