package transcodetest

import (
	"testing"
	"time"

	"vantage/media"
	"vantage/transcode"
)

// Subject is the encoder under test.
type Subject struct {
	NewEncoder func(transcode.EncoderConfig) (transcode.Encoder, error)
	NewDecoder func(*media.Track) (transcode.Decoder, error)

	// Config names encoder, codec and preset; the suite sets size and rates.
	Config transcode.EncoderConfig

	// Caps are the abilities that are tested; the others are skipped.
	Caps transcode.Caps

	// DelayFrames is how many pictures the encoder may hold back.
	DelayFrames int

	// Quality is a constant-quality value at which test pictures keep 28 dB and regions have room to move; 0 is 28, on H.264's scale.
	Quality float64
}

// Size and rate of the test pictures: small enough to be quick, within the limits of all encoders.
const (
	widthPx, heightPx = 320, 192
	clockRate         = 90000
	ticks             = clockRate / transcode.TextureFrameRate
)

func (s Subject) config() transcode.EncoderConfig {
	cfg := s.Config
	cfg.TrackID = "video"
	cfg.WidthPx, cfg.HeightPx = widthPx, heightPx
	cfg.FrameRate, cfg.ClockRate = transcode.TextureFrameRate, clockRate
	cfg.GOPFrames = 250
	cfg.Rate = transcode.RateControl{CRF: s.Quality}
	if s.Quality == 0 {
		cfg.Rate.CRF = 28
	}
	return cfg
}

// open returns an encoder that is closed with the test.
func (s Subject) open(t *testing.T, cfg transcode.EncoderConfig) transcode.Encoder {
	t.Helper()
	enc, err := s.NewEncoder(cfg)
	if err != nil {
		t.Fatalf("open: %v", err)
	}
	t.Cleanup(func() {
		if err := enc.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	return enc
}

// coded is one unit, as the tests look at it.
type coded struct {
	pts               int64
	key               bool
	bits              int
	captured, arrived time.Time
}

// take copies the facts of a unit.
func take(u *media.Unit) coded {
	return coded{u.PTS, u.RandomAccess, 8 * u.Size(), u.Captured, u.Arrived}
}

// encode gives n pictures to the encoder, each changed by edit (which may be nil), and returns the units. Frames are given to see,
// if it is not nil, with each unit.
func encode(t *testing.T, enc transcode.Encoder, first, n int, edit func(i int, f *media.Frame), see func(*media.Unit)) []coded {
	t.Helper()
	var units []coded
	for i := first; i < first+n; i++ {
		f := transcode.Texture(widthPx, heightPx, i)
		if edit != nil {
			edit(i, f)
		}
		err := enc.Encode(f, func(u *media.Unit) {
			units = append(units, take(u))
			if see != nil {
				see(u)
			}
		})
		f.Release()
		if err != nil {
			t.Fatalf("encode picture %d: %v", i, err)
		}
	}
	return units
}

// flush ends the encoder's stream and returns the last units.
func flush(t *testing.T, enc transcode.Encoder, see func(*media.Unit)) []coded {
	t.Helper()
	var units []coded
	if err := enc.Encode(nil, func(u *media.Unit) {
		units = append(units, take(u))
		if see != nil {
			see(u)
		}
	}); err != nil {
		t.Fatalf("flush: %v", err)
	}
	return units
}

// decoder feeds units to a decoder and keeps the pictures until the test ends.
type decoder struct {
	t      *testing.T
	dec    transcode.Decoder
	frames []*media.Frame
}

func (s Subject) decoder(t *testing.T, track *media.Track) *decoder {
	t.Helper()
	dec, err := s.NewDecoder(track)
	if err != nil {
		t.Fatalf("open decoder: %v", err)
	}
	d := &decoder{t: t, dec: dec}
	t.Cleanup(func() {
		for _, f := range d.frames {
			f.Release()
		}
		if err := dec.Close(); err != nil {
			t.Errorf("close decoder: %v", err)
		}
	})
	return d
}

func (d *decoder) feed(u *media.Unit) {
	d.t.Helper()
	if err := d.dec.Decode(u, func(f *media.Frame) {
		f.Retain()
		d.frames = append(d.frames, f)
	}); err != nil {
		d.t.Errorf("decode: %v", err)
	}
}
