#!/bin/sh
# Makes the encoded fixtures of this package's tests: a fractal, 96x64, 25 pictures/s, unless the name says otherwise.
# Needs ffmpeg with libx264, libx265, libvpx, libaom and libsvtav1. The tests need only what it wrote.
set -eu
cd "$(dirname "$0")"
src() { echo "-y -loglevel error -f lavfi -i mandelbrot=size=$1:rate=25 -frames:v $2 -pix_fmt yuv420p -threads 1 -fflags +bitexact -flags:v +bitexact"; }
ffmpeg $(src 96x64 12) -c:v libx264 -profile:v baseline -g 6 -tune zerolatency -x264-params aud=1:repeat-headers=1 h264-baseline.h264
ffmpeg $(src 96x64 24) -c:v libx264 -profile:v high -bf 2 -g 24 -x264-params scenecut=0:b-adapt=0 h264-bframes.h264
ffmpeg $(src 160x90 4) -c:v libx264 -profile:v main -bf 0 -g 4 -x264-params slices=3 h264-main-160x90.h264
ffmpeg $(src 96x64 12) -c:v libx265 -g 6 -tune zerolatency -x265-params log-level=none:repeat-headers=1:aud=1 h265-lowdelay.h265
ffmpeg $(src 96x64 24) -c:v libx265 -bf 3 -g 24 -x265-params log-level=none:scenecut=0:b-adapt=0:open-gop=1:keyint=12 h265-bframes.h265
ffmpeg $(src 96x64 6) -c:v libvpx -deadline realtime -b:v 60k -g 3 vp8.ivf
ffmpeg $(src 96x64 6) -c:v libvpx-vp9 -deadline realtime -b:v 60k -g 3 vp9.ivf
ffmpeg $(src 96x64 6) -c:v libaom-av1 -usage realtime -cpu-used 8 -b:v 60k -g 3 av1.ivf
ffmpeg $(src 96x64 2) -c:v libsvtav1 -preset 10 svtav1.ivf
ffmpeg $(src 96x64 2) -c:v mjpeg -q:v 12 -pix_fmt yuvj420p mjpeg.mjpeg
ffmpeg -y -loglevel error -f lavfi -i sine=440:duration=0.2:sample_rate=44100 -fflags +bitexact -c:a aac -ac 2 -b:a 32k aac.adts
