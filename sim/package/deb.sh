#!/usr/bin/env bash
# Debian packages: a source tree below FOLDER, dpkg-buildpackage in it, lintian on what comes out.
# Usage: deb.sh FOLDER PAGE VERSION; PAGE is the made page of the HTML report (sim/package/debian/README.source)
set -eu
folder=$1 page=$(realpath "$2") version=$3
cd "$(dirname "$0")/../.."
for tool in dpkg-buildpackage dh lintian; do
  command -v $tool >/dev/null || { echo "deb.sh: left out: there is no $tool"; exit 0; }
done
tree=$folder/drydock-$version
rm -rf "$folder" && mkdir -p "$tree"
git ls-files -z --cached --others --exclude-standard | xargs -0 cp -P --parents -t "$tree"
mv "$tree/sim/package/debian" "$tree/debian"
cp "$page" "$tree/debian/html_page.c"
DEBFULLNAME=${DEBFULLNAME:-$(git log -1 --format=%an)} DEBEMAIL=${DEBEMAIL:-$(git log -1 --format=%ae)}
export DEBFULLNAME DEBEMAIL
sed -i "s|@MAINTAINER@|$DEBFULLNAME <$DEBEMAIL>|" "$tree/debian/control"
sim/package/changelog.py CHANGELOG.md debian >"$tree/debian/changelog"
[ "$(cd "$tree" && dpkg-parsechangelog -S Version)" = "$version" ] || { echo "deb.sh: debian/changelog is not of $version" >&2; exit 1; }
(cd "$tree" && dpkg-buildpackage --no-sign -j"$(nproc)") >"$folder/build.log" 2>&1 ||
  { tail -n 30 "$folder/build.log" >&2; echo "deb.sh: dpkg-buildpackage failed, see $folder/build.log" >&2; exit 1; }
rm -rf "$tree"
# --allow-root: a container often has nobody else
lintian --allow-root --fail-on error,warning --tag-display-limit 0 "$folder"/*.changes
ls -l "$folder"/*.deb
