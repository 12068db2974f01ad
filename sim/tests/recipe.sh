#!/usr/bin/env bash
# Follows recipes of CONTRIBUTING.md as they are written there, in a copy of the tree: applies the diffs, runs the commands.
# Usage: recipe.sh BUILD [RECIPE...]; BUILD has the variant checked; RECIPE: effect (default), fault, actor, oracle, revision, scenario; in
# the page's order, as they follow one example.
set -u
build=$(realpath "$1")
shift
[ $# -gt 0 ] || set -- effect
command -v patch >/dev/null || { echo "recipe: left out without patch"; exit 0; }
cd "$(dirname "$0")/../.." || exit 1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
fail() {
  echo "recipe.sh: $*" >&2
  exit 1
}
# Steps of a recipe: NN.diff and NN.sh, in the order of the page.
take() { # PAGE RECIPE FOLDER
  mkdir -p "$3" && awk -v title="## Add an\\\\? $2" -v folder="$3" '
    /^## / {on = $0 ~ "^## Add an? " name "$"}
    /^```/ {if (file) {close(file); file = ""} else if (on && /^```(diff|sh)$/) {file = sprintf("%s/%02d.%s", folder, ++count, substr($0, 4))}; next}
    on && file {print > file}' name="$2" "$1"
  ls "$3"/*.diff >/dev/null 2>&1 && ls "$3"/*.sh >/dev/null 2>&1 || fail "CONTRIBUTING.md has no recipe \"Add a(n) $2\" with diffs and commands"
}
apply() { # DIFF, with options: every line of context has to be there
  patch -d "$work/tree" -p1 --fuzz=0 --no-backup-if-mismatch --reject-file=- "${@:2}" <"$1"
}

mkdir -p "$work/tree/build"
find CONTRIBUTING.md Makefile .clang-format core fakes reports sim scenarios -type f -print0 | xargs -0 cp -a --parents -t "$work/tree"
cp -a "$build/checked" "$build/html" "$build/.deps" "$work/tree/build/"
rm -rf "$work/tree/build/html/node_modules" # what the page is made of: it is made

# A recipe that does not fit the tree has to be noticed.
take CONTRIBUTING.md "$1" "$work/stale"
first=$(ls "$work/stale"/*.diff | head -n 1)
sed -i '0,/^ [^ ]/s/^ [^ ].*/ no such line/' "$first"
apply "$first" --dry-run >/dev/null 2>&1 && fail "a diff that does not fit is not noticed"

# A table that grows at its end changes nothing in an object that neither patches, nor lists it, nor asks for its length: only those
# are compiled again, so that an effect takes seconds. With other recipes everything is.
old=()
if [ "$*" = effect ]; then
  old=(-o core/effects.def)
  asking=$(cd "$work/tree" && grep -rlE '\bEFFECT_COUNT\b|"core/effects\.def"' core fakes reports sim --include='*.[ch]' | grep -vx core/effect.h)
  (cd "$work/tree/build/checked/obj" && grep -rlwF "$asking" --include='*.d' . | sed 's/\.d$/.o/' | xargs rm -f)
  find "$work/tree/build/checked" -type f -executable -delete # what is linked of them
  rm -f "$work/tree/build/checked/libdrydock.a"
fi

steps=0
for recipe; do
  take CONTRIBUTING.md "$recipe" "$work/$recipe"
  for step in "$work/$recipe"/*; do
    case $step in
    *.diff) apply "$step" >"$work/said" 2>&1 || { cat "$work/said" >&2; fail "$recipe: a diff does not fit (see above)"; } ;;
    *.sh)
      (cd "$work/tree" && make() { command make --no-print-directory "${old[@]}" "$@"; } && set -e && while IFS= read -r line; do
        eval "$line" || { echo "failed: $line"; exit 1; }
      done <"$step") >"$work/said" 2>&1 || { tail -n 20 "$work/said" >&2; fail "$recipe: a command does not say that it works (see above)"; } ;;
    esac
    steps=$((steps + 1))
  done
done
echo "recipe: $* as written, $steps steps"
