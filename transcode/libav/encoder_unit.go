//go:build cgo && !nolibav

package libav

/*
#include "native.h"
*/
import "C"

import (
	"github.com/asticode/go-astiav"

	"vantage/media"
	"vantage/transcode"
)

// trackFor describes the output of an encoder opened with cfg.
func trackFor(cfg transcode.EncoderConfig, params [][]byte) *media.Track {
	return &media.Track{
		ID: cfg.TrackID, Codec: cfg.Codec, ClockRate: cfg.ClockRate, Epoch: cfg.Epoch, Params: params,
		WidthPx: cfg.WidthPx, HeightPx: cfg.HeightPx, FrameRate: cfg.FrameRate, Profile: profileName(cfg.Codec, params),
	}
}

// unit copies a packet into a unit, parameter sets in front of a random-access picture. The caller owns it.
func (e *Encoder) unit(p *astiav.Packet) *media.Unit {
	c := packetC(p)
	u := media.NewUnit(e.track, int(c.size))
	u.PTS = int64(c.pts)
	u.DTS = u.PTS // nothing is reordered
	appendParts(u, e.track, packetBytes(p), c.flags&C.AV_PKT_FLAG_KEY != 0)
	u.Captured, u.Arrived, _ = e.times.take(u.PTS)
	return u
}
