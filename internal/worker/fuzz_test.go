package worker

import (
	"bytes"
	"encoding/binary"
	"io"
	"testing"

	"vantage/media"
)

func FuzzReadMessage(f *testing.F) {
	f.Add([]byte{0, 0, 0, 1, byte(msgEnd)})
	f.Add([]byte{0, 0, 0, 3, byte(msgActive), '[', ']'})
	f.Add([]byte{0, 0, 0, 0})
	f.Add([]byte{0, 0, 0, 9, byte(msgUnit), 1})
	f.Add([]byte{0xff, 0xff, 0xff, 0xff, 1})
	f.Fuzz(func(t *testing.T, b []byte) {
		r := bytes.NewReader(b)
		var buf []byte
		for {
			before := len(b) - r.Len()
			kind, payload, err := readMessage(r, buf)
			if err != nil {
				if r.Len() == 0 && before == len(b) && err != io.EOF {
					t.Fatalf("clean end is %v, want io.EOF", err)
				}
				return
			}
			if len(payload) >= MaxMessageBytes {
				t.Fatalf("payload of %d bytes", len(payload))
			}
			again := binary.BigEndian.AppendUint32(nil, uint32(1+len(payload)))
			again = append(append(again, byte(kind)), payload...)
			if got := b[before : len(b)-r.Len()]; !bytes.Equal(got, again) {
				t.Fatalf("read %x, which is written as %x", got, again)
			}
			buf = payload
		}
	})
}

func FuzzParseUnit(f *testing.F) {
	seed := func(parts ...[]byte) {
		u := media.NewUnit(fuzzTrack, 0)
		defer u.Release()
		u.PTS, u.DTS, u.RandomAccess = 90000, 87000, true
		for _, p := range parts {
			u.Append(p)
		}
		f.Add(unitMessage(1, 0, u))
	}
	seed()
	seed([]byte{0x67, 1}, []byte{0x68}, []byte{0x65, 1, 2, 3})
	seed(nil, make([]byte, 300))
	f.Add([]byte{})
	f.Add(make([]byte, unitHeaderBytes))
	f.Add(append(make([]byte, unitHeaderBytes-1), 1, 0xff, 0xff, 0xff, 0xff))
	f.Fuzz(func(t *testing.T, b []byte) {
		units, _ := media.Live()
		u, err := parseUnit(b, func(_, i uint8) *media.Track {
			if i == 0 {
				return fuzzTrack
			}
			return nil
		})
		switch {
		case err != nil && u != nil:
			t.Fatal("a unit with an error")
		case u != nil:
			if u.Size() > len(b) || len(u.Parts) > maxParts {
				t.Fatalf("%d bytes in %d parts out of %d bytes", u.Size(), len(u.Parts), len(b))
			}
			want := bytes.Clone(b)
			want[2] &= flagRandom // the other flags are free
			if again := unitMessage(b[0], b[1], u); !bytes.Equal(again, want) {
				t.Fatalf("read %x, which is written as %x", want, again)
			}
			u.Release()
		}
		if now, _ := media.Live(); now != units {
			t.Fatalf("%d units leaked", now-units)
		}
	})
}

var fuzzTrack = &media.Track{ID: "video", Codec: media.H264, ClockRate: 90000}

// unitMessage is the payload that sendUnit writes.
func unitMessage(output, track uint8, u *media.Unit) []byte {
	return bytes.Join(unitPieces(output, track, u), nil)
}
