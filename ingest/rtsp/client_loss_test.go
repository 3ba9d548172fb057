package rtsp_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"log/slog"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/bluenviron/gortsplib/v4/pkg/description"
	"github.com/bluenviron/gortsplib/v4/pkg/format"
	"github.com/bluenviron/gortsplib/v4/pkg/format/rtph264"
	"github.com/pion/rtp"

	"vantage/ingest/rtsp"
	"vantage/media"
	"vantage/media/mediatest"
)

// numbered is a publisher that reads the numbers of the pictures of [numberedPicture] and checks that each is whole.
type numbered struct {
	t      *testing.T
	demand *media.Demand

	mu    sync.Mutex
	got   []uint32
	wrong int
}

func (n *numbered) SetTracks([]*media.Track) {}
func (n *numbered) Demand() *media.Demand    { return n.demand }
func (n *numbered) Publish(u *media.Unit) {
	n.mu.Lock()
	defer n.mu.Unlock()
	slices := u.Parts[:0:0]
	for _, p := range u.Parts {
		if p[0]&0x1f == 1 || p[0]&0x1f == 5 {
			slices = append(slices, p)
		}
	}
	number := binary.BigEndian.Uint32(slices[0][2:])
	want := numberedPicture(number)
	want = want[len(want)-len(slices):]
	for i := range want {
		if len(slices) != slicesPerPicture || !bytes.Equal(slices[i], want[i]) {
			n.wrong++
			return
		}
	}
	n.got = append(n.got, number)
}

func (n *numbered) count() int {
	n.mu.Lock()
	defer n.mu.Unlock()
	return len(n.got)
}

const (
	slicesPerPicture = 3
	numberedGOP      = 25
)

// numberedPicture is an access unit of three slices with its number in them, of one to four packets each.
func numberedPicture(number uint32) (parts [][]byte) {
	head := byte(0x41)
	if number%numberedGOP == 0 {
		head, parts = 0x65, [][]byte{smallSPS, pps}
	}
	for i := range slicesPerPicture {
		first := byte(0x9a)
		if i > 0 {
			first = 0x5a // not the first macroblock
		}
		body := bytes.Repeat([]byte{byte(number) | 1, byte(i) | 0x10}, 200+int(number*7+uint32(i)*300)%1500)
		parts = append(parts, append(binary.BigEndian.AppendUint32([]byte{head, first}, number|1<<30), body...))
	}
	return parts
}

// TestLossAndReorderingOverUDP plays pictures of several packets over real sockets, without 5 % of the packets and with 5 % in
// another order.
func TestLossAndReorderingOverUDP(t *testing.T) {
	mediatest.NoLeaks(t)
	forma := &format.H264{PayloadTyp: 96, PacketizationMode: 1, SPS: smallSPS, PPS: pps}
	video := &description.Media{Type: description.MediaTypeVideo, Formats: []format.Format{forma}}
	camera := newCamera(t, cameraOptions{desc: &description.Session{Medias: []*description.Media{video}}})
	client := newClient(t, rtsp.ClientOptions{URL: camera.url(""), Transport: rtsp.UDP})
	out := &numbered{t: t, demand: media.NewDemand()}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- client.Run(ctx, out) }()
	defer func() { cancel(); <-done }()

	encoder, err := forma.CreateEncoder()
	if err != nil {
		t.Fatal(err)
	}
	send := func(number uint32, spoil func([]*rtp.Packet) []*rtp.Packet) {
		packets, err := encoder.Encode(numberedPicture(number | 1<<30))
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range packets {
			p.Timestamp = number * 3600
		}
		for _, p := range spoil(packets) {
			if err := camera.stream.WritePacketRTP(video, p); err != nil {
				t.Fatal(err)
			}
		}
		<-time.After(2 * time.Millisecond) // loopback has its own limits
	}
	well := func(p []*rtp.Packet) []*rtp.Packet { return p }
	number := uint32(0)
	for ; out.count() == 0; number++ { // until it has connected
		send(number, well)
	}
	const pictures = 500
	random := rand.New(rand.NewPCG(1, 2))
	lost := uint64(0)
	before := out.count()
	for range pictures {
		send(number, func(packets []*rtp.Packet) (kept []*rtp.Packet) {
			for _, p := range packets {
				switch n := random.IntN(100); {
				case n < 5:
					lost++
				case n < 10 && len(kept) > 0:
					kept = append(kept[:len(kept)-1], p, kept[len(kept)-1])
				default:
					kept = append(kept, p)
				}
			}
			return kept
		})
		number++
	}
	for range 100 { // let the library give up on what is lost
		send(number, well)
		number++
	}
	waitFor(t, "the last picture", func() bool {
		out.mu.Lock()
		defer out.mu.Unlock()
		return len(out.got) > 0 && out.got[len(out.got)-1]&(1<<30-1) == number-1
	})
	out.mu.Lock()
	defer out.mu.Unlock()
	for i := 1; i < len(out.got); i++ {
		if out.got[i] <= out.got[i-1] {
			t.Errorf("picture %d after %d", out.got[i], out.got[i-1])
		}
	}
	link := client.Link()
	whole := len(out.got) - before - 100
	t.Logf("%d of %d pictures whole, %d packets lost (told %d), %d units dropped", whole, pictures, lost, link.Lost, link.Dropped)
	if out.wrong != 0 {
		t.Errorf("%d pictures are not as they were sent", out.wrong)
	}
	if link.Lost < lost*9/10 || link.Lost > lost*11/10 || link.Dropped == 0 || whole < pictures/3 {
		t.Errorf("link %+v, lost %d, whole %d", link, lost, whole)
	}
}

// TestALossDelaysAQuietTrackByLittle plays sound, fifty packets a second, without one of them.
func TestALossDelaysAQuietTrackByLittle(t *testing.T) {
	opus := &format.Opus{PayloadTyp: 97, ChannelCount: 2}
	audio := &description.Media{Type: description.MediaTypeAudio, Formats: []format.Format{opus}}
	camera := newCamera(t, cameraOptions{desc: &description.Session{Medias: []*description.Media{audio}}})
	p, _ := pull(t, newClient(t, rtsp.ClientOptions{URL: camera.url(""), Transport: rtsp.UDP}))
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	n := uint16(1000)
	send := func() {
		_ = camera.stream.WritePacketRTP(audio, &rtp.Packet{
			Header: rtp.Header{Version: 2, PayloadType: 97, SequenceNumber: n, Timestamp: uint32(n) * 960}, Payload: opusTone,
		})
		n++
		<-tick.C
	}
	for p.count(media.Audio) < 20 {
		send()
	}
	n++ // is lost
	worst, last, seen := time.Duration(0), time.Now(), p.count(media.Audio)
	for range 80 {
		send()
		if got := p.count(media.Audio); got > seen {
			worst, seen, last = max(worst, time.Since(last)), got, time.Now()
		}
	}
	t.Logf("at most %v from one unit to the next", worst)
	if worst > 500*time.Millisecond {
		t.Errorf("%v without a unit", worst)
	}
}

// countingHandler counts records of a log.
type countingHandler struct {
	slog.Handler
	mu sync.Mutex
	at []time.Time
}

func (h *countingHandler) Enabled(_ context.Context, l slog.Level) bool { return l >= slog.LevelWarn }
func (h *countingHandler) Handle(context.Context, slog.Record) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.at = append(h.at, time.Now())
	return nil
}

// TestCorruptPicturesAreCountedAndGotOver plays pictures of random bytes between good ones.
func TestCorruptPicturesAreCountedAndGotOver(t *testing.T) {
	mediatest.NoLeaks(t)
	forma := &format.H264{PayloadTyp: 96, PacketizationMode: 1, SPS: smallSPS, PPS: pps}
	video := &description.Media{Type: description.MediaTypeVideo, Formats: []format.Format{forma}}
	camera := newCamera(t, cameraOptions{desc: &description.Session{Medias: []*description.Media{video}}})
	log := &countingHandler{Handler: slog.DiscardHandler}
	client := newClient(t, rtsp.ClientOptions{URL: camera.url(""), Transport: rtsp.TCP, Log: slog.New(log)})
	p, _ := pull(t, client)
	encoder := &rtph264.Encoder{PayloadType: 96, PacketizationMode: 1}
	if err := encoder.Init(); err != nil {
		t.Fatal(err)
	}
	n := uint32(0)
	send := func(parts [][]byte) {
		packets, err := encoder.Encode(parts)
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range packets {
			p.Timestamp = n * 3600
			_ = camera.stream.WritePacketRTP(video, p)
		}
		n++
		<-time.After(time.Millisecond)
	}
	for p.count(media.Video) < 5 {
		send(numberedPicture(0))
	}
	random := rand.New(rand.NewPCG(3, 4))
	began := time.Now()
	const corrupt = 500
	for range corrupt {
		b := make([]byte, 40+random.IntN(1000)) // in one packet: fragments do not carry the forbidden bit
		for i := range b {
			b[i] = byte(random.Uint32())
		}
		b[0] = 0x80 | b[0]&0x60 | []byte{1, 5, 7, 8}[random.IntN(4)] // forbidden_zero_bit
		send([][]byte{b})
	}
	good := p.count(media.Video)
	for range 10 {
		send(numberedPicture(0))
	}
	waitFor(t, "good pictures again", func() bool { return p.count(media.Video) >= good+10 })
	if got := client.Link().Dropped; got != corrupt {
		t.Errorf("%d are counted, want %d", got, corrupt)
	}
	log.mu.Lock()
	defer log.mu.Unlock()
	if most := 1 + int(time.Since(began)/time.Second); len(log.at) < 1 || len(log.at) > most {
		t.Errorf("told %d times in %v", len(log.at), time.Since(began))
	}
}

// A camera that is set to other sizes while it plays is tested with [testCamera]; here is the log of one that only has sound.
func TestACameraWithSoundAlone(t *testing.T) {
	opus := &format.Opus{PayloadTyp: 97, ChannelCount: 2}
	audio := &description.Media{Type: description.MediaTypeAudio, Formats: []format.Format{opus}}
	back := &description.Media{Type: description.MediaTypeAudio, IsBackChannel: true, Formats: []format.Format{&format.G711{SampleRate: 8000, ChannelCount: 1}}}
	odd := &description.Media{Type: description.MediaTypeApplication, Formats: []format.Format{&format.KLV{PayloadTyp: 98}}}
	camera := newCamera(t, cameraOptions{desc: &description.Session{Medias: []*description.Media{odd, audio, back}}})
	var text strings.Builder
	client := newClient(t, rtsp.ClientOptions{URL: camera.url(""), Transport: rtsp.TCP, Log: slog.New(slog.NewTextHandler(&text, nil))})
	p, stop := pull(t, client)
	for n := uint32(0); p.count(media.Audio) < 5; n++ {
		_ = camera.stream.WritePacketRTP(audio, &rtp.Packet{
			Header: rtp.Header{Version: 2, PayloadType: 97, SequenceNumber: uint16(n), Timestamp: n * 960}, Payload: opusTone,
		})
		<-time.After(5 * time.Millisecond)
	}
	_ = stop()
	if !strings.Contains(text.String(), "KLV") {
		t.Errorf("what is not carried is not told: %s", text.String())
	}
}
