#!/usr/bin/env bash
# Installs what Vantage needs from Debian and npm, and says what it does. Quick and silent when nothing is missing.
#
#   scripts/deps.sh build    to build and run: FFmpeg libraries and CLI, pkg-config, Node.js for the console
#   scripts/deps.sh test     the above and Chromium, GStreamer's RTSP server
#
# Needs root (or sudo) only when a package is missing.
set -euo pipefail
cd "$(dirname "$0")/.."

# Vite needs a newer Node.js than Debian 12 has; npm's package of the official binary fills the gap.
NODE_MAJOR=22
NODE_DIR=.cache/node

say() { printf 'deps: %s\n' "$*" >&2; }

build_packages=(
  gcc libc6-dev pkg-config ca-certificates ffmpeg
  libavcodec-dev libavdevice-dev libavfilter-dev libavformat-dev libavutil-dev libswresample-dev libswscale-dev
)
test_packages=(
  chromium fonts-dejavu-core
  python3-gi gir1.2-gst-rtsp-server-1.0 gstreamer1.0-tools gstreamer1.0-plugins-base gstreamer1.0-plugins-good gstreamer1.0-plugins-bad gstreamer1.0-plugins-ugly gstreamer1.0-libav
)

missing() {
  local p
  for p in "$@"; do
    dpkg-query -W -f='${db:Status-Status}\n' "$p" 2>/dev/null | grep -qx installed || printf '%s\n' "$p"
  done
}

as_root() {
  if [ "$(id -u)" = 0 ]; then
    "$@"
  elif command -v sudo >/dev/null; then
    sudo "$@"
  else
    say "error: root is needed to install packages"
    say "hint: run as root: apt-get install $(missing "${wanted[@]}" | tr '\n' ' ')"
    exit 1
  fi
}

install() {
  local list
  list=$(missing "$@")
  [ -n "$list" ] || return 0
  if ! command -v apt-get >/dev/null; then
    say "error: these packages are missing and this is no Debian: $(echo $list)"
    say "hint: install your distribution's FFmpeg development packages, pkg-config and Chromium, then use 'go build ./cmd/vantage'"
    exit 1
  fi
  say "installing $(echo $list)"
  as_root apt-get update -qq
  # shellcheck disable=SC2086 # one word a package
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $list >/dev/null
}

node_new_enough() {
  command -v node >/dev/null && command -v npm >/dev/null &&
    node -e 'const [a,b]=process.versions.node.split(".").map(Number); process.exit(a>22||(a===22&&b>=12)||(a===20&&b>=19)?0:1)'
}

install_node() {
  if [ -x "$NODE_DIR/bin/node" ]; then PATH="$PWD/$NODE_DIR/bin:$PATH"; fi
  node_new_enough && return 0
  command -v npm >/dev/null || install nodejs npm
  node_new_enough && return 0
  say "installing Node.js $NODE_MAJOR from npm into $NODE_DIR"
  mkdir -p "$NODE_DIR"
  local package
  package=node-linux-$(uname -m | sed 's/x86_64/x64/;s/aarch64/arm64/')
  npm install --silent --no-save --no-audit --no-fund --prefix "$NODE_DIR" "$package@$NODE_MAJOR" "npm@10" >/dev/null
  mkdir -p "$NODE_DIR/bin"
  ln -sf "../node_modules/$package/bin/node" "$NODE_DIR/bin/node"
  ln -sf ../node_modules/npm/bin/npm-cli.js "$NODE_DIR/bin/npm"
  ln -sf ../node_modules/npm/bin/npx-cli.js "$NODE_DIR/bin/npx"
}

case "${1:-}" in
  build) wanted=("${build_packages[@]}") ;;
  test) wanted=("${build_packages[@]}" "${test_packages[@]}") ;;
  *) say "usage: scripts/deps.sh build|test"; exit 2 ;;
esac
if ! command -v go >/dev/null; then
  say "error: Go is not installed"
  say "hint: install Go 1.26 or newer from https://go.dev/dl and put its bin directory on PATH"
  exit 1
fi
install "${wanted[@]}"
install_node
