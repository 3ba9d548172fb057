package rtsp

import (
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/bluenviron/gortsplib/v4/pkg/description"
	"github.com/bluenviron/gortsplib/v4/pkg/format"
	"github.com/pion/rtp"

	"vantage/internal/hint"
	"vantage/media"
	"vantage/media/bitstream"
)

// maxClockError is how far a peer's wall clock may be from ours to be believed as the time of capture: what is further off
// was never set, and would make nonsense of every latency.
const maxClockError = 10 * time.Second

// corruptLogEvery bounds the log of units that do not parse.
const corruptLogEvery = time.Second

// errNoMedia says that a session has nothing that Vantage carries.
var errNoMedia = errors.New("offers no video or audio that can be carried")

// depacketizer turns the RTP packets of one session, ours as client or a publisher's, into units. Packets of different tracks may come from
// different goroutines at once, those of one track in order from one.
type depacketizer struct {
	pub   media.Publisher
	log   *slog.Logger
	lanes map[format.Format]*lane

	counts *counts

	mu      sync.Mutex
	tracks  []*media.Track
	lastLog time.Time
}

// counts are of packets and units.
type counts struct{ packets, lost, corrupt atomic.Uint64 }

// maxSequenceGap is the largest gap of sequence numbers that counts as loss; beyond it the sender began anew. At 20 Mbit/s it is two seconds.
const maxSequenceGap = 4096

// lane is one track of the session. It belongs to the goroutine that its packets come from.
type lane struct {
	media   *description.Media
	at      int // in depacketizer.tracks
	track   *media.Track
	decode  unitDecoder
	emit    func([][]byte, stamp) // takes what decode found
	split   time.Duration         // each part is a unit of its own, this much after the one before; 0: all parts are one
	inspect *bitstream.Inspector
	dts     dtsEstimator
	seen    bool // a packet has come
	last    packetMark
}

// packetMark is what a packet is known by.
type packetMark struct {
	seq   uint16
	rtp   uint32
	bytes int
}

func (m packetMark) repeats(pkt *rtp.Packet) bool {
	return m == packetMark{pkt.SequenceNumber, pkt.Timestamp, len(pkt.Payload)}
}

// unitDecoder takes the next packet of a track, lost when some are missing in front of it. emit borrows the parts of each access unit that
// is whole; the error tells of one that is dropped, or that more packets are needed.
type unitDecoder func(pkt *rtp.Packet, at stamp, lost bool, emit func([][]byte, stamp)) error

// newDepacketizer returns the depacketizer for the first video and the first audio format that Vantage carries. skipped names the
// others. It fails when there is none.
func newDepacketizer(desc *description.Session, pub media.Publisher, log *slog.Logger) (d *depacketizer, skipped []string, err error) {
	d = &depacketizer{pub: pub, log: log, lanes: map[format.Format]*lane{}, counts: new(counts)}
	taken := map[media.Kind]bool{}
	for _, m := range desc.Medias {
		if m.IsBackChannel {
			continue
		}
		for _, f := range m.Formats {
			l, err := newLane(m, f)
			if err != nil || taken[l.track.Kind()] {
				skipped = append(skipped, f.Codec())
				continue
			}
			taken[l.track.Kind()] = true
			l.at, l.emit = len(d.tracks), func(parts [][]byte, at stamp) { d.units(l, parts, at) }
			d.lanes[f] = l
			d.tracks = append(d.tracks, l.track)
			break // a media section carries one format at a time
		}
	}
	if len(d.tracks) == 0 {
		return nil, skipped, hint.New(fmt.Errorf("%w, only %v", errNoMedia, skipped),
			"set the camera to H.264, H.265, AV1, VP8, VP9 or MJPEG, with Opus, AAC or G.711")
	}
	return d, skipped, nil
}

// formats are those of the tracks, in the order of the description.
func (d *depacketizer) formats(desc *description.Session) []format.Format {
	list := make([]format.Format, 0, len(d.lanes))
	for _, m := range desc.Medias {
		for _, f := range m.Formats {
			if d.lanes[f] != nil {
				list = append(list, f)
			}
		}
	}
	return list
}

// announce publishes the tracks; before the first packet.
func (d *depacketizer) announce() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.pub.SetTracks(d.tracks)
}

// packet takes one packet with its place on the session's common time line, in ticks of the format's clock rate, and the sender's
// wall clock for it, zero when unknown.
func (d *depacketizer) packet(f format.Format, pkt *rtp.Packet, pts int64, sent time.Time) {
	l := d.lanes[f]
	if l == nil {
		return
	}
	d.counts.packets.Add(1)
	if l.seen && l.last.repeats(pkt) {
		return // some cameras send packets twice, over TCP too
	}
	gap := pkt.SequenceNumber - l.last.seq
	lost := l.seen && gap > 1
	if lost && gap <= maxSequenceGap {
		d.counts.lost.Add(uint64(gap - 1))
	}
	l.seen, l.last = true, packetMark{pkt.SequenceNumber, pkt.Timestamp, len(pkt.Payload)}
	now := time.Now()
	if sent.Sub(now).Abs() > maxClockError {
		sent = time.Time{}
	}
	if err := l.decode(pkt, stamp{pts, sent, now}, lost, l.emit); err != nil && !needsMore(err) {
		d.damaged(l, err)
	}
}

// units publishes what a packet, or several, made up: one access unit, or several in a row.
func (d *depacketizer) units(l *lane, parts [][]byte, at stamp) {
	if l.split == 0 {
		d.unit(l, parts, at)
		return
	}
	step := media.Ticks(l.split, l.track.ClockRate)
	for i := range parts {
		d.unit(l, parts[i:i+1], at)
		at.pts += step
		if !at.sent.IsZero() {
			at.sent = at.sent.Add(l.split)
		}
	}
}

// unit publishes one access unit.
func (d *depacketizer) unit(l *lane, parts [][]byte, at stamp) {
	info, err := l.inspect.Inspect(parts)
	if err != nil {
		d.damaged(l, err)
		return
	}
	if info.Track != nil {
		d.change(l, info.Track)
	}
	if len(info.Parts) == 0 {
		return
	}
	dts, ok := l.dts.of(l.track, info.Parts, at.pts)
	if !ok {
		return // no picture before it can be placed: the stream began between random-access units
	}
	size := 0
	for _, p := range info.Parts {
		size += len(p)
	}
	u := media.NewUnit(l.track, size)
	u.PTS, u.DTS, u.RandomAccess, u.Arrived, u.Captured = at.pts, dts, info.RandomAccess, at.arrived, at.sent
	for _, p := range info.Parts {
		u.Append(p)
	}
	d.pub.Publish(u)
	u.Release()
}

// change announces a track's new parameters.
func (d *depacketizer) change(l *lane, t *media.Track) {
	d.mu.Lock()
	defer d.mu.Unlock()
	l.track = t
	list := make([]*media.Track, len(d.tracks))
	copy(list, d.tracks)
	list[l.at] = t
	d.tracks = list
	d.pub.SetTracks(list)
}

// damaged counts what cannot be used and tells it at most once a second.
func (d *depacketizer) damaged(l *lane, err error) {
	n := d.counts.corrupt.Add(1)
	d.mu.Lock()
	quiet := time.Since(d.lastLog) < corruptLogEvery
	if !quiet {
		d.lastLog = time.Now()
	}
	d.mu.Unlock()
	if !quiet {
		d.log.Warn("unit dropped", "track", l.track.ID, "err", err, "dropped", n, "lost", d.counts.lost.Load())
	}
}
