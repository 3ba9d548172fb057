package pipeline

import (
	"bytes"
	"fmt"
	"image"
	"image/jpeg"

	"vantage/internal/hint"
	"vantage/media"
)

// snapshotQuality is the JPEG quality of snapshots: text stays readable, 720p is about 100 kB.
const snapshotQuality = 85

// minSnapshotPx is the least width that is scaled to.
const minSnapshotPx = 16

// pendingSnapshot is a wish for one picture.
type pendingSnapshot struct {
	widthPx int
	deliver func(jpeg []byte)
}

// Snapshot has the next decoded picture encoded as a JPEG at most widthPx wide (0: as it is) and lent to deliver, on a
// goroutine of its own: it takes longer than a picture is shown. A later wish replaces one that was not met yet.
func (g *Graph) Snapshot(widthPx int, deliver func(jpeg []byte)) {
	g.snapshot.Store(&pendingSnapshot{widthPx, deliver})
}

// takeSnapshot meets the wish, if there is one, with the borrowed picture.
func (g *Graph) takeSnapshot(f *media.Frame) {
	if g.snapshot.Load() == nil || !g.photographing.CompareAndSwap(false, true) {
		return // the next picture after the one in work will do
	}
	p := g.snapshot.Swap(nil)
	f.Retain()
	g.workers.Go(func() {
		defer g.photographing.Store(false)
		defer f.Release()
		b, err := g.encodeJPEG(f, p.widthPx)
		if err != nil {
			g.log.Warn("snapshot not taken", "err", err, "hint", hint.Of(err))
			return
		}
		p.deliver(b)
	})
}

func (g *Graph) encodeJPEG(f *media.Frame, widthPx int) ([]byte, error) {
	size := media.Size{WidthPx: f.WidthPx, HeightPx: f.HeightPx}
	if widthPx > 0 && widthPx < f.WidthPx {
		w := max(widthPx, minSnapshotPx) &^ 1
		size = media.Size{WidthPx: w, HeightPx: max(f.HeightPx*w/f.WidthPx&^1, 2)}
	}
	s, err := g.b.Scaler(size, media.I420)
	if err != nil {
		return nil, err
	}
	defer s.Close()
	small, err := s.Scale(f)
	if err != nil {
		return nil, fmt.Errorf("scale: %w", err)
	}
	defer small.Release()
	var out bytes.Buffer
	planes := fullRange(small)
	err = jpeg.Encode(&out, &image.YCbCr{
		Y: planes[0], Cb: planes[1], Cr: planes[2], YStride: small.Strides[0], CStride: small.Strides[1],
		SubsampleRatio: image.YCbCrSubsampleRatio420, Rect: image.Rect(0, 0, size.WidthPx, size.HeightPx),
	}, &jpeg.Options{Quality: snapshotQuality})
	return out.Bytes(), err
}

// fullRange returns the samples of an I420 picture on the scale that JPEG has (JFIF): 0 to 255, where video has 16 to 235
// and 16 to 240.
func fullRange(f *media.Frame) [3][]byte {
	if f.FullRange {
		return [3][]byte{f.Planes[0], f.Planes[1], f.Planes[2]}
	}
	var luma, chroma [256]byte
	for i := range 256 {
		luma[i] = byte(min(max(((i-16)*255+109)/219, 0), 255))
		chroma[i] = byte(min(max(128+(i-128)*255/224, 0), 255))
	}
	var planes [3][]byte
	for p := range planes {
		lut := &chroma
		if p == 0 {
			lut = &luma
		}
		planes[p] = make([]byte, len(f.Planes[p]))
		for i, v := range f.Planes[p] {
			planes[p][i] = lut[v]
		}
	}
	return planes
}
