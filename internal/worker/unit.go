package worker

import (
	"encoding/binary"
	"errors"
	"fmt"
	"time"

	"vantage/media"
)

// Layout of a unit message's payload, big-endian: output index u8, track index u8, flags u8, DTS i64, PTS i64, captured
// i64 and arrived i64 (Unix nanoseconds, 0 unknown), number of parts u32, then each part as length u32 and bytes.
const (
	unitHeaderBytes = 3 + 4*8 + 4
	flagRandom      = 1
)

// maxParts bounds the NAL units or OBUs of one unit.
const maxParts = 4096

var errUnit = errors.New("malformed unit message")

// sendUnit writes a borrowed unit.
func (c *conn) sendUnit(output, track uint8, u *media.Unit) error {
	return c.send(msgUnit, unitPieces(output, track, u)...)
}

// unitPieces returns the pieces of a unit message, which point into the unit.
func unitPieces(output, track uint8, u *media.Unit) [][]byte {
	head := make([]byte, unitHeaderBytes, unitHeaderBytes+4*len(u.Parts))
	head[0], head[1] = output, track
	if u.RandomAccess {
		head[2] |= flagRandom
	}
	binary.BigEndian.PutUint64(head[3:], uint64(u.DTS))
	binary.BigEndian.PutUint64(head[11:], uint64(u.PTS))
	binary.BigEndian.PutUint64(head[19:], uint64(unixNano(u.Captured)))
	binary.BigEndian.PutUint64(head[27:], uint64(unixNano(u.Arrived)))
	binary.BigEndian.PutUint32(head[35:], uint32(len(u.Parts)))
	pieces := make([][]byte, 0, 1+2*len(u.Parts))
	pieces = append(pieces, head)
	for _, p := range u.Parts {
		n := len(head)
		head = binary.BigEndian.AppendUint32(head, uint32(len(p)))
		pieces = append(pieces, head[n:], p)
	}
	return pieces
}

// parseUnit reads a unit message. trackOf finds the track of an index; nil skips the unit. The caller owns the unit.
func parseUnit(b []byte, trackOf func(output, track uint8) *media.Track) (*media.Unit, error) {
	if len(b) < unitHeaderBytes {
		return nil, fmt.Errorf("%w: %d bytes", errUnit, len(b))
	}
	parts := binary.BigEndian.Uint32(b[35:])
	if parts > maxParts {
		return nil, fmt.Errorf("%w: %d parts", errUnit, parts)
	}
	t := trackOf(b[0], b[1])
	if t == nil {
		return nil, nil
	}
	u := media.NewUnit(t, len(b))
	u.RandomAccess = b[2]&flagRandom != 0
	u.DTS = int64(binary.BigEndian.Uint64(b[3:]))
	u.PTS = int64(binary.BigEndian.Uint64(b[11:]))
	u.Captured = fromUnixNano(int64(binary.BigEndian.Uint64(b[19:])))
	u.Arrived = fromUnixNano(int64(binary.BigEndian.Uint64(b[27:])))
	rest := b[unitHeaderBytes:]
	for range parts {
		if len(rest) < 4 || uint64(len(rest)-4) < uint64(binary.BigEndian.Uint32(rest)) {
			u.Release()
			return nil, fmt.Errorf("%w: part runs past the end", errUnit)
		}
		n := binary.BigEndian.Uint32(rest)
		u.Append(rest[4 : 4+n])
		rest = rest[4+n:]
	}
	if len(rest) > 0 {
		u.Release()
		return nil, fmt.Errorf("%w: %d bytes too many", errUnit, len(rest))
	}
	return u, nil
}

func unixNano(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixNano()
}

func fromUnixNano(n int64) time.Time {
	if n == 0 {
		return time.Time{}
	}
	return time.Unix(0, n)
}
