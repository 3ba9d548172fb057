package rtc

import (
	"io"
	"sync"

	"github.com/pion/transport/v4/packetio"
)

// maxRTCPBacklog bounds what waits to be read of one receiver's RTCP, in bytes, as pion does itself.
const maxRTCPBacklog = 100_000

// typeExtendedReport is the RTCP packet type of extended reports (RFC 3611 §2).
const typeExtendedReport = 207

// referenceBuffers hold the RTCP of one peer that only receives, a buffer for each SSRC that packets are addressed to. Extended reports are
// addressed to nobody; pion files them under the SSRC of their sender, which nothing reads. Here they go to all buffers.
type referenceBuffers struct {
	mu  sync.Mutex
	all []*packetio.Buffer
}

// installReferenceBuffers makes a setting's buffers those of b. K is the type of a module of pion's that is not ours to import.
func installReferenceBuffers[K any](factory *func(K, uint32) io.ReadWriteCloser, b *referenceBuffers) {
	*factory = func(K, uint32) io.ReadWriteCloser { return b.open() }
}

// maxReferenceBuffers bounds the SSRCs that a peer may name: ours are two for each kind of media.
const maxReferenceBuffers = 16

func (b *referenceBuffers) open() io.ReadWriteCloser {
	buf := packetio.NewBuffer()
	buf.SetLimitSize(maxRTCPBacklog)
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.all) < maxReferenceBuffers {
		b.all = append(b.all, buf)
	}
	return &referenceBuffer{Buffer: buf, peer: b}
}

// referenceBuffer is the buffer of one SSRC.
type referenceBuffer struct {
	*packetio.Buffer
	peer *referenceBuffers
}

// Write implements [io.Writer]. It does not keep packet.
func (r *referenceBuffer) Write(packet []byte) (int, error) {
	if len(packet) < 2 || packet[1] != typeExtendedReport {
		return r.Buffer.Write(packet)
	}
	r.peer.mu.Lock()
	defer r.peer.mu.Unlock()
	for _, buf := range r.peer.all {
		_, _ = buf.Write(packet) // a full or closed buffer is one that nobody reads
	}
	return len(packet), nil
}
