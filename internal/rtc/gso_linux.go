package rtc

import (
	"encoding/binary"
	"errors"
	"net"
	"syscall"
	"unsafe"
)

// Of linux/udp.h; package syscall does not know them.
const (
	solUDP     = 17
	udpSegment = 103
)

// canSegment tries whether the kernel knows UDP_SEGMENT (Linux 4.18).
func canSegment(c *net.UDPConn) bool {
	raw, err := c.SyscallConn()
	if err != nil {
		return false
	}
	known := false
	err = raw.Control(func(fd uintptr) {
		_, err := syscall.GetsockoptInt(int(fd), solUDP, udpSegment)
		known = err == nil
	})
	return err == nil && known
}

// writeSegments sends the batch in one call, with the size of its packets as control message.
func (c *udpConn) writeSegments(b *batch) error {
	h := (*syscall.Cmsghdr)(unsafe.Pointer(&b.control))
	h.Level, h.Type = solUDP, udpSegment
	h.SetLen(syscall.CmsgLen(2))
	oob := unsafe.Slice((*byte)(unsafe.Pointer(&b.control)), syscall.CmsgSpace(2))
	binary.NativeEndian.PutUint16(oob[syscall.CmsgLen(0):], uint16(b.segment))
	_, _, err := c.WriteMsgUDPAddrPort(b.buf, oob, b.to)
	return err
}

// segmentsRefused tells an error that the plain way does not have: a device without checksum offload, or a path whose MTU is below the
// packets'.
func segmentsRefused(err error) bool {
	return errors.Is(err, syscall.EIO) || errors.Is(err, syscall.EINVAL) || errors.Is(err, syscall.EMSGSIZE) || errors.Is(err, syscall.EOPNOTSUPP)
}
