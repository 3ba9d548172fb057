#!/usr/bin/env bash
# What N WHEP viewers of one 720p30 stream cost the server: CPU per viewer-second, memory per viewer, pictures per second.
# With PEER=/path/to/mediamtx the same load runs against it in the same run, for a ratio that the machine does not decide.
#
#   N=100 SECONDS_EACH=20 PEER=/path/to/mediamtx scripts/bench-fanout.sh
set -euo pipefail
cd "$(dirname "$0")/.."
n=${N:-100} each=${SECONDS_EACH:-20} peer=${PEER:-}
dir=$(mktemp -d)
pids=()
cleanup() {
  for p in "${pids[@]}"; do kill "$p" 2>/dev/null || true; done
  wait 2>/dev/null || true
  rm -rf "$dir"
}
trap cleanup EXIT

go build -o "$dir/load" ./test/load
# One clip for both, encoded beforehand, so that the camera costs next to nothing: 2.5 Mbit/s, an IDR each second.
ffmpeg -hide_banner -loglevel error -nostdin -f lavfi -i mandelbrot=size=1280x720:rate=30 -t 20 -c:v libx264 -preset veryfast \
  -tune zerolatency -profile:v baseline -pix_fmt yuv420p -g 30 -b:v 2500k -maxrate 2500k -bufsize 2500k "$dir/clip.mp4"

# measure NAME PID RTSP_URL WHEP_URL
measure() {
  ffmpeg -hide_banner -loglevel error -nostdin -re -stream_loop -1 -i "$dir/clip.mp4" -c copy -f rtsp -rtsp_transport tcp "$3" &
  local camera=$!
  pids+=("$camera")
  sleep 3
  printf '== %s, %s viewers\n' "$1" "$n"
  "$dir/load" -url "$4" -n "$n" -duration "${each}s" -pid "$2"
  kill "$camera"; wait "$camera" 2>/dev/null || true
}

cat >"$dir/vantage.yaml" <<EOF
state_dir: $dir
http: {listen: "127.0.0.1:28080"}
rtsp: {listen: "127.0.0.1:28554", udp_listen: ""}
webrtc: {udp_listen: "127.0.0.1:28189", tcp_listen: ""}
admin: {listen: "127.0.0.1:29090"}
log: {level: warn}
EOF
./bin/vantage serve -c "$dir/vantage.yaml" 2>"$dir/vantage.log" &
server=$!
pids+=("$server")
sleep 1
measure Vantage "$server" rtsp://127.0.0.1:28554/load http://127.0.0.1:28080/whep/load
kill "$server"; wait "$server" 2>/dev/null || true

if [ -n "$peer" ]; then
  cat >"$dir/peer.yml" <<EOF
logLevel: warn
rtsp: yes
rtspAddress: 127.0.0.1:38554
rtspTransports: [tcp]
rtmp: no
hls: no
srt: no
webrtc: yes
webrtcAddress: 127.0.0.1:38889
webrtcLocalUDPAddress: 127.0.0.1:38189
paths: {all_others: }
EOF
  "$peer" "$dir/peer.yml" >"$dir/peer.log" 2>&1 &
  server=$!
  pids+=("$server")
  sleep 2
  measure "$(basename "$peer")" "$server" rtsp://127.0.0.1:38554/load http://127.0.0.1:38889/load/whep || { cat "$dir/peer.log"; exit 1; }
fi
