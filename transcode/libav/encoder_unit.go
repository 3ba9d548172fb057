//go:build cgo && !nolibav

package libav

/*
#include "native.h"
*/
import "C"

import (
	"unsafe"

	"github.com/asticode/go-astiav"

	"vantage/media"
)

// makeTrack describes the encoder's output. Its parameter sets are those of the extradata.
func (e *Encoder) makeTrack() *media.Track {
	t := &media.Track{
		ID: e.cfg.TrackID, Codec: e.cfg.Codec, ClockRate: e.cfg.ClockRate, Epoch: e.cfg.Epoch,
		WidthPx: e.cfg.WidthPx, HeightPx: e.cfg.HeightPx, FrameRate: e.cfg.FrameRate,
	}
	c := codecContextC(e.ctx)
	if c.extradata != nil && c.extradata_size > 0 {
		t.Params = parseExtradata(t.Codec, unsafe.Slice((*byte)(c.extradata), int(c.extradata_size)))
	}
	t.Profile = profileName(t.Codec, t.Params)
	return t
}

// unit copies a packet into a unit, parameter sets in front of a random-access picture. The caller owns it.
func (e *Encoder) unit(p *astiav.Packet) *media.Unit {
	c := packetC(p)
	u := media.NewUnit(e.track, int(c.size))
	u.PTS = int64(c.pts)
	u.DTS = u.PTS // nothing is reordered
	key := c.flags&C.AV_PKT_FLAG_KEY != 0
	appendParts(u, e.track, packetBytes(p), key)
	u.Captured, u.Arrived, _ = e.times.take(u.PTS)
	return u
}
