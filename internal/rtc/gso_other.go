//go:build !linux

package rtc

import (
	"errors"
	"net"
)

// canSegment is false: only Linux cuts UDP.
func canSegment(*net.UDPConn) bool { return false }

func (c *udpConn) writeSegments(*batch) error { return errors.ErrUnsupported }

func segmentsRefused(error) bool { return true }
