package ingest_test

import (
	"encoding/binary"
	"testing"
	"time"

	"vantage/ingest"
	"vantage/media"
)

// FuzzTimeline feeds a time line with arbitrary time stamps, restarts and announcements. Whatever comes, what goes out steps forward on each
// track, is presented after it is decoded, and keeps near the wall clock as far as it does not run ahead.
func FuzzTimeline(f *testing.F) {
	f.Add([]byte{0, 0, 0, 0, 0, 4, 40, 0, 40, 0, 4, 40, 0, 80, 0})
	f.Add([]byte{0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 1, 40, 0, 255, 255, 3, 40, 0, 0, 0})
	f.Add([]byte{0, 0, 0, 0, 0, 5, 1, 0, 0, 128, 0, 255, 255, 255, 127, 2, 1, 1, 1, 1, 0, 0, 0, 0, 0})
	f.Fuzz(func(t *testing.T, data []byte) {
		rec := newRecorder()
		tl := ingest.NewTimeline(rec)
		tracks := []*media.Track{video, audio}
		tl.SetTracks(tracks)
		var now, greatest time.Duration
		// A step is an operation, the time that passes in ms, and a time stamp in 10 ms.
		for ; len(data) >= 5; data = data[5:] {
			now += time.Duration(binary.LittleEndian.Uint16(data[1:])) * time.Millisecond
			dts := time.Duration(int16(binary.LittleEndian.Uint16(data[3:]))) * 10 * time.Millisecond
			switch data[0] >> 1 & 7 {
			case 0:
				tl.Restart()
			case 1:
				tl.SetTracks(nil)
				tl.Restart()
				tracks = []*media.Track{copyOf(video, nil), copyOf(audio, func(n *media.Track) { n.Channels = 1 + int(data[1]&1) })}
				tl.SetTracks(tracks)
			case 2:
				tl.SetTracks(tracks[:1])
				tl.SetTracks(tracks)
			default:
			}
			track := tracks[data[0]&1]
			before, _ := rec.newest()
			send(tl, track, now, dts, dts+time.Duration(data[0]>>4)*frame)
			n, s := rec.newest()
			if n != before+1 {
				t.Fatal("a unit of an announced track did not pass")
			}
			at := media.Duration(s.DTS, s.Track.ClockRate)
			greatest = max(greatest, at)
			if behind := min(now, greatest) - at; behind > 9*time.Second {
				t.Fatalf("published %v behind", behind)
			}
		}
		rec.Report(t)
	})
}
