//go:build cgo && !nolibav

package libav

import (
	"context"
	"errors"
	"fmt"
	"image"
	"time"

	"vantage/internal/hint"
	"vantage/media"
	"vantage/media/quality"
	"vantage/transcode"
)

// ProbeTime bounds the probe of one encoder.
const ProbeTime = 20 * time.Second

// The pictures that most of a probe is made with: small, within the limits of every encoder.
const (
	probeWidthPx, probeHeightPx = 320, 192
	probeCRF                    = 24 // on H.264's scale
	minROIGain                  = 1  // dB by which a region must gain
)

// Probe measures an encoder of the table by short encodes in this process. A driver that hangs or crashes takes the process
// along: see [transcode.ProbeChild].
func Probe(ctx context.Context, name string) transcode.ProbeResult {
	ctx, cancel := context.WithTimeoutCause(ctx, ProbeTime, errors.New("the encoder is too slow to be of use"))
	defer cancel()
	r := transcode.ProbeResult{Encoder: name}
	b, ok := transcode.BackendByName(name)
	if !ok {
		return failed(r, fmt.Errorf("no encoder %q", name))
	}
	r.Codec, r.Device = b.Codec, b.Device
	p := prober{ctx: ctx, backend: b}
	plain, err := p.encode(nil)
	if err != nil {
		return failed(r, err)
	}
	r.Works, r.DelayFrames = true, plain.delay
	// What fails from here on is an ability less, not an encoder less.
	if planned, err := p.encode(probePlan); err == nil {
		r.ROIGain = round(planned.advantage() - plain.advantage())
		r.ROI = r.ROIGain >= minROIGain
	}
	r.ForceIDR = p.forceIDR()
	r.RateRatio, r.Bitrate = p.bitrate()
	r.MsPerFrame = p.speed()
	return r
}

func failed(r transcode.ProbeResult, err error) transcode.ProbeResult {
	r.Reason, r.Hint = explain(err)
	if h := hint.Of(err); h != "" && r.Hint == "" {
		r.Hint = h
	}
	return r
}

func round(v float64) float64 { return float64(int(v*100)) / 100 }

// prober encodes test pictures with one backend.
type prober struct {
	ctx     context.Context
	backend *transcode.Backend
}

func (p prober) config() transcode.EncoderConfig {
	return transcode.EncoderConfig{
		Encoder: p.backend.Name, Codec: p.backend.Codec, TrackID: "probe",
		WidthPx: probeWidthPx, HeightPx: probeHeightPx, FrameRate: transcode.TextureFrameRate, ClockRate: videoClockRate,
		Rate: transcode.RateControl{CRF: transcode.CRF(p.backend.Codec, probeCRF)}, GOPFrames: 1000,
	}
}

// run encodes n test pictures, each seen by before, and lends the units to see.
func (p prober) run(cfg transcode.EncoderConfig, n int, before func(i int, e *Encoder, f *media.Frame), see func(*media.Unit)) error {
	// All is claimed, so that nothing is made up for and what comes out is the encoder's own doing.
	claims := transcode.Caps{ROI: true, Bitrate: true, ForceIDR: true}
	enc, err := NewEncoder(cfg, EncoderOptions{Caps: &claims})
	if err != nil {
		return err
	}
	defer enc.Close()
	for i := range n {
		if err := context.Cause(p.ctx); err != nil {
			return err
		}
		f := transcode.Texture(cfg.WidthPx, cfg.HeightPx, i)
		before(i, enc, f)
		err := enc.Encode(f, see)
		f.Release()
		if err != nil {
			return err
		}
	}
	return enc.Encode(nil, see)
}

// probePlan makes the middle of the picture finer and the rest coarser, by about 20 steps of H.264's quantiser in all.
var probePlan = []media.Region{
	{Rect: probeRegion, QOffset: -0.2},
	{Rect: image.Rect(0, 0, probeWidthPx, probeHeightPx), QOffset: 0.2},
}

var probeRegion = image.Rect(probeWidthPx/4, probeHeightPx/4, probeWidthPx*3/4, probeHeightPx*3/4)

// encoded is what came of some pictures.
type encoded struct {
	quality quality.Result
	delay   int // pictures that went in before the first unit came out, less one
}

// advantage is by how many dB the region is better than the rest.
func (e encoded) advantage() float64 { return e.quality.Inside.PSNR - e.quality.Outside.PSNR }

// encode measures the quality with a plan. No unit, or one that does not decode, is an error.
func (p prober) encode(plan []media.Region) (encoded, error) {
	const n = 12
	var out encoded
	var sum quality.Sum
	var dec *Decoder
	var decodeErr error
	defer func() {
		if dec != nil {
			dec.Close()
		}
	}()
	mask := quality.NewMask(probeWidthPx, probeHeightPx, probeRegion)
	compare := func(f *media.Frame) {
		want := transcode.Texture(probeWidthPx, probeHeightPx, int(f.PTS*transcode.TextureFrameRate/videoClockRate))
		decodeErr = errors.Join(decodeErr, sum.Add(want, f, mask))
		want.Release()
	}
	in, first := 0, -1
	cfg := p.config()
	cfg.ROI = plan != nil
	err := p.run(cfg, n, func(i int, _ *Encoder, f *media.Frame) {
		in, f.Regions = i, plan
	}, func(u *media.Unit) {
		if first < 0 {
			first = in
			dec, decodeErr = NewDecoder(u.Track, DecoderOptions{})
		}
		if dec != nil {
			decodeErr = errors.Join(decodeErr, dec.Decode(u, compare))
		}
	})
	if err == nil && dec != nil {
		err = dec.Decode(nil, compare)
	}
	out.quality, out.delay = sum.Result(), max(first, 0)
	if err = errors.Join(err, decodeErr); err == nil && out.quality.Whole.Pixels != n*probeWidthPx*probeHeightPx {
		err = fmt.Errorf("%d pictures went in, %d came out", n, out.quality.Whole.Pixels/(probeWidthPx*probeHeightPx))
	}
	return out, err
}

// forceIDR asks for a key frame and reports whether it came at once.
func (p prober) forceIDR() bool {
	const n, asked = 12, 6
	keys := map[int64]bool{}
	err := p.run(p.config(), n, func(i int, e *Encoder, _ *media.Frame) {
		if i == asked {
			_ = e.Request(media.Request{KeyFrame: true})
		}
	}, func(u *media.Unit) {
		if u.RandomAccess {
			keys[u.PTS*transcode.TextureFrameRate/videoClockRate] = true
		}
	})
	return err == nil && keys[asked] && len(keys) == 2
}

// bitrate lowers the rate and reports how near the encoder came two seconds later, and whether that was near enough, without a key
// frame.
func (p prober) bitrate() (ratio float64, follows bool) {
	const (
		from, to  = 1_500_000, 600_000
		change    = 1 * transcode.TextureFrameRate
		settled   = change + 2*transcode.TextureFrameRate
		n         = settled + transcode.TextureFrameRate
		tolerance = 0.25
	)
	cfg := p.config()
	cfg.Rate = transcode.RateControl{BitrateBPS: from, MaxBitrateBPS: from, VBVSeconds: 0.5}
	bits, units, keys := 0, 0, 0
	err := p.run(cfg, n, func(i int, e *Encoder, _ *media.Frame) {
		if i == change {
			_ = e.Request(media.Request{BitrateBPS: to})
		}
	}, func(u *media.Unit) {
		if u.RandomAccess {
			keys++
		}
		if u.PTS*transcode.TextureFrameRate/videoClockRate >= settled {
			units++
			bits += 8 * u.Size()
		}
	})
	if err != nil || units == 0 {
		return 0, false
	}
	ratio = round(float64(bits) * transcode.TextureFrameRate / float64(units) / to)
	return ratio, keys == 1 && ratio > 1-tolerance && ratio < 1+tolerance
}

// speed measures the time per picture of 1280x720 in milliseconds; 0 if it does not get there.
func (p prober) speed() float64 {
	const pictures, warm, n = 6, 3, 18
	cfg := p.config()
	cfg.WidthPx, cfg.HeightPx = 1280, 720
	enc, err := NewEncoder(cfg, EncoderOptions{})
	if err != nil {
		return 0
	}
	defer enc.Close()
	var texture [pictures]*media.Frame // painting takes longer than encoding
	for i := range texture {
		texture[i] = transcode.Texture(cfg.WidthPx, cfg.HeightPx, i)
		defer texture[i].Release()
	}
	var start time.Time
	drop := func(*media.Unit) {}
	for i := range n {
		if i == warm {
			start = time.Now()
		}
		f := texture[i%pictures].Derive()
		f.PTS = int64(i) * videoClockRate / transcode.TextureFrameRate
		err := enc.Encode(f, drop)
		f.Release()
		if err != nil || p.ctx.Err() != nil {
			return 0
		}
	}
	if enc.Encode(nil, drop) != nil {
		return 0
	}
	return round(time.Since(start).Seconds() * 1000 / (n - warm))
}
