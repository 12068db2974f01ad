#!/usr/bin/env bash
# What bash would put in place of the word at the end of command lines, without asking a terminal: lines of the number of the command
# line, a tab, a word. Usage: complete.bash SCRIPT LINE...
# Words are split as readline does: at blanks that are not quoted, and at = and :, which are words of their own.
source "$1"
shift
number=0
for line; do
  COMP_LINE=$line
  COMP_POINT=${#line}
  COMP_WORDS=()
  word='' quote='' started=
  for ((i = 0; i < ${#line}; i++)); do
    c=${line:i:1}
    if [[ $quote ]]; then
      word+=$c
      [[ $c != "$quote" ]] || quote=
    else
      case $c in
      \\) word+=$c${line:i+1:1} started=1 i=$((i + 1)) ;;
      [\'\"]) word+=$c quote=$c started=1 ;;
      ' ') [[ ! $started ]] || COMP_WORDS+=("$word"); word='' started= ;;
      [=:]) [[ ! $started ]] || COMP_WORDS+=("$word"); COMP_WORDS+=("$c"); word='' started= ;;
      *) word+=$c started=1 ;;
      esac
    fi
  done
  COMP_WORDS+=("$word")
  COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
  COMP_WORDBREAKS=$' \t\n"\'><=;|&(:'
  compopt() { :; } # there is no completion under way that it could change
  _drydock drydock "$word" "${COMP_WORDS[COMP_CWORD - 1]}"
  [[ ${#COMPREPLY[@]} = 0 ]] || printf "$number\t%s\n" "${COMPREPLY[@]}"
  ((number += 1))
done
