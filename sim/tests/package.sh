#!/usr/bin/env bash
# What packages promise: one version everywhere, a manual page that mandoc has nothing against, install and uninstall, the library in a
# program outside the tree. Usage: package.sh DRYDOCK PACKAGE; PACKAGE is the folder that `make package` fills
set -u
drydock=$(realpath "$1") package=$(realpath "$2")
cd "$(dirname "$0")/../.." || exit 1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
bad=0
left_out=()
fail() {
  echo "package.sh: $*" >&2
  bad=1
}

# ---- the version
version=$("$drydock" version | cut -d ' ' -f 2)
newest() {
  sim/package/changelog.py "$1" version
}
[ "$(newest CHANGELOG.md)" = "$version" ] || fail "CHANGELOG.md's newest release is $(newest CHANGELOG.md), drydock is $version"
sed '0,/^## \[[0-9]/s//## [9.0.0] - 2026-01-01\n\n&/' CHANGELOG.md >"$work/newer.md"
[ "$(newest "$work/newer.md" 2>&1)" != "$version" ] || fail "a newer release in the changelog is not noticed"
sed 's/^### Added/### News/' CHANGELOG.md >"$work/news.md"
newest "$work/news.md" >/dev/null 2>&1 && fail "a group that Keep a Changelog has not is not noticed"
grep -q "This is version $version;" "$package/drydock.1" || fail "the manual page is of another version"
DEBFULLNAME=Somebody DEBEMAIL=somebody@example.org sim/package/changelog.py CHANGELOG.md debian >"$work/changelog"
if command -v dpkg-parsechangelog >/dev/null; then
  [ "$(dpkg-parsechangelog -l "$work/changelog" -S Version 2>"$work/said")" = "$version" ] && [ ! -s "$work/said" ] ||
    fail "debian/changelog: $(cat "$work/said")"
else
  left_out+=("debian/changelog without dpkg-dev")
fi

# ---- the manual page
if command -v mandoc >/dev/null; then
  clean() { # whether other manuals are installed here, is left aside
    ! mandoc -T lint -W all "$1" 2>&1 | grep -v 'referenced manual not found\|outdated mandoc.db' | grep .
  }
  clean "$package/drydock.1" || fail "mandoc has something against the manual page"
  sed 's/^\.El$//' "$package/drydock.1" >"$work/broken.1"
  clean "$work/broken.1" >/dev/null && fail "mandoc has nothing against a broken page"
  mandoc -T utf8 "$package/drydock.1" | col -bx >"$work/page"
  for verb in $("$drydock" help | awk '/^Verbs:/ {on = 1; next} /^$/ {on = 0} on {print $1}'); do
    "$drydock" help "$verb" | sed -n 's/^  \(--\?[A-Za-z-]*\).*/\1/p' >"$work/told"
    sed -n "/^   drydock $verb\$/,/^   drydock\|^[A-Z]/s/^     \(--\?[A-Za-z-]*\).*/\1/p" "$work/page" >"$work/shown"
    cmp -s "$work/told" "$work/shown" || fail "the manual page has other options of $verb: $(diff "$work/told" "$work/shown")"
  done
  for section in NAME SYNOPSIS DESCRIPTION VERBS ENVIRONMENT FILES 'EXIT STATUS' EXAMPLES 'SEE ALSO' STANDARDS; do
    grep -qx "$section" "$work/page" || fail "the manual page lacks $section"
  done
else
  left_out+=("the manual page without mandoc")
fi

# ---- install and uninstall
root=$work/root
installed() {
  make --no-print-directory -s "$@" DESTDIR="$root" PREFIX=/opt/drydock >"$work/make" 2>&1 || fail "make $*: $(cat "$work/make")"
}
mkdir -p "$root/opt/drydock/share/drydock" && touch "$root/opt/drydock/share/drydock/mine.json" # somebody else's
installed install
below=$root/opt/drydock
[ "$("$below/bin/drydock" version)" = "drydock $version" ] || fail "the installed binary is of another version"
for file in share/man/man1/drydock.1 share/drydock/scenarios/schema.json share/bash-completion/completions/drydock lib/libdrydock-core.a \
  share/zsh/site-functions/_drydock share/fish/vendor_completions.d/drydock.fish include/drydock/core/node.h include/drydock/core/effects.def \
  lib/pkgconfig/drydock-core.pc; do
  [ -s "$below/$file" ] || fail "install: no $file"
done
[ "$(cd "$below/share/drydock" && find scenarios -type f | sort)" = "$(find scenarios -type f | sort)" ] || fail "install: not all scenarios"
(cd "$work" && "$below/bin/drydock" check --quiet "$below/share/drydock/scenarios") || fail "the installed scenarios are not good"
grep -q '^\.Pa /opt/drydock/share/drydock/scenarios/schema.json$\|^\.It Pa /opt/drydock/share/drydock/scenarios$' "$below/share/man/man1/drydock.1" ||
  fail "the manual page names other places than those of its prefix"
# What it shows is what one can type.
if command -v mandoc >/dev/null; then
  mkdir "$work/examples"
  mandoc -T utf8 -O width=200 "$below/share/man/man1/drydock.1" | col -bx | sed -n 's/^ *drydock \(\(run\|explore\|regress\) [^|[]*\)$/\1/p' | sed "s|/opt/drydock|$below|g" >"$work/shown"
  [ "$(wc -l <"$work/shown")" = 4 ] || fail "the manual page's examples: $(cat "$work/shown")"
  while read -ra example; do
    (cd "$work/examples" && "$below/bin/drydock" "${example[@]}" >"$work/said" 2>&1) || [ $? = 1 ] && ! grep '^drydock: ' "$work/said" ||
      fail "the manual page's example: ${example[*]}: $(tail -n 1 "$work/said")"
  done <"$work/shown"
fi

# ---- the library, in a program that knows nothing of the tree
if command -v pkg-config >/dev/null; then
  mkdir "$work/outside" && cp sim/package/example/world.c "$work/outside/" && cd "$work/outside" || exit 1
  flags=$(PKG_CONFIG_PATH=$below/lib/pkgconfig pkg-config --define-variable=prefix="$below" --cflags --libs drydock-core) || fail "pkg-config"
  [ "$(PKG_CONFIG_PATH=$below/lib/pkgconfig pkg-config --modversion drydock-core)" = "$version" ] || fail "drydock-core.pc is of another version"
  read -ra flags <<<"$flags"
  ${CC:-cc} -std=c17 -Wall -Wextra -Wpedantic -Werror world.c "${flags[@]}" -o world || fail "a program outside does not build"
  ./world >out || fail "a program outside: status $?"
  diff - out <<'O' || fail "a program outside: its world is another"
call    docker containers.list -> [{"Id":"1a","Names":["/web"]},{"Id":"2b","Names":["/fluxweb_shop"]},{"Id":"3c","Names":["/cache"]}]
call    docker container.stop web -> null
call    docker container.stop cache -> cannot stop container: cache: tried to kill it
log     error: Error: (HTTP code 500) server error - cannot stop container: cache: tried to kill it 
after   web does not run
after   fluxweb_shop runs
after   cache runs
calls   3
O
  # Each header stands alone.
  for header in "$below"/include/drydock/core/*.h; do
    echo "#include \"core/${header##*/}\"" | ${CC:-cc} -std=c17 -Wall -Wextra -Werror -fsyntax-only "${flags[@]}" -x c - ||
      fail "${header##*/} does not stand alone"
  done
  cd "$OLDPWD" || exit 1
else
  left_out+=("the library without pkg-config")
fi

installed uninstall
found=$(cd "$root" && find . ! -type d)
[ "$found" = ./opt/drydock/share/drydock/mine.json ] || fail "uninstall leaves or takes too much: $found"
rm "$below/share/drydock/mine.json" && installed uninstall
[ -z "$(find "$root" -name '*drydock*' ! -path "$below" -print)" ] || fail "uninstall leaves $(find "$root" -name '*drydock*')"

[ "$bad" = 0 ] && echo "package: $version installed and taken away$([ ${#left_out[@]} = 0 ] || printf '; left out: %s' "$(IFS=,; echo "${left_out[*]}")")"
exit "$bad"
