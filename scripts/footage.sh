#!/usr/bin/env bash
# Fetches real footage for the demo and the measurements: the sample videos of Debian's package opencv-doc, without
# installing it. Quick and silent when it was done before.
#
#   scripts/footage.sh [DIR]     DIR is .cache/footage by default
#
# Needs apt-get (no root) and a Debian mirror. Without them it warns and exits 0, and the demo shows the rendered junction from
# three places instead.
set -euo pipefail
cd "$(dirname "$0")/.."

dir=${1:-.cache/footage}
package=opencv-doc
# In the package, and the name it gets here. Of the rest, Megamind.avi is a film trailer and tree.avi is 320x240 and broken up.
files=(
  usr/share/doc/opencv-doc/examples/data/vtest.avi:vtest.avi
  usr/share/doc/opencv-doc/opencv4/html/box.mp4.gz:box.mp4
  usr/share/doc/opencv-doc/opencv4/html/cup.mp4.gz:cup.mp4
)

say() { printf 'footage: %s\n' "$*" >&2; }

unavailable() {
  say "warning: $1"
  say "hint: $2; until then the demo shows the rendered junction from three places"
  exit 0
}

missing=0
for f in "${files[@]}"; do [ -s "$dir/${f##*:}" ] || missing=1; done
[ "$missing" = 1 ] || exit 0
command -v apt-get >/dev/null || unavailable "no apt-get on this system" "put vtest.avi, box.mp4 and cup.mp4 from OpenCV's samples into $dir"
command -v dpkg-deb >/dev/null || unavailable "no dpkg-deb on this system" "put vtest.avi, box.mp4 and cup.mp4 from OpenCV's samples into $dir"

work=$(mktemp -d "${TMPDIR:-/tmp}/footage.XXXXXX")
trap 'rm -rf "$work"' EXIT
mkdir -p "$dir"

say "fetching Debian's $package (90 MB) for three sample videos"
# apt's own downloader may not write where only we may; it says so and goes on as us.
if ! (cd "$work" && timeout 600 apt-get download -qq "$package" >"$work/log" 2>&1); then
  unavailable "$(tail -n 1 "$work/log")" "check the network and the package lists ('apt-get update')"
fi
deb=$(find "$work" -name '*.deb' | head -n 1)
[ -n "$deb" ] || unavailable "apt-get brought no package" "try 'apt-get download $package' by hand"

paths=()
for f in "${files[@]}"; do paths+=("./${f%%:*}"); done
dpkg-deb --fsys-tarfile "$deb" | tar -x -C "$work" --no-same-owner "${paths[@]}"
for f in "${files[@]}"; do
  from=$work/${f%%:*} to=$dir/${f##*:}
  case $from in
    *.gz) gzip -dc "$from" >"$to.part" ;;
    *) cp "$from" "$to.part" ;;
  esac
  mv "$to.part" "$to"
done
touch "$dir/.done"
say "wrote $(cd "$dir" && echo *) to $dir"
