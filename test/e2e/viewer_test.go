package e2e

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/bluenviron/mediacommon/v2/pkg/codecs/h264"
	"github.com/pion/interceptor"
	"github.com/pion/rtp"
	"github.com/pion/webrtc/v4"
)

// viewer is a WHEP viewer in Go that notes each picture's arrival.
type viewer struct {
	pc *webrtc.PeerConnection

	mu     sync.Mutex
	frames int       // marker bits
	last   time.Time // of the last one
	gap    time.Duration
	lost   int // sequence numbers that never came
	seq    uint16
	any    bool
	size   [2]int // of the last SPS
	closed bool
}

// watch opens a viewer of a stream ("cam" or "cam?rendition=roi"); it ends with the test.
func (s *server) watch(t *testing.T, stream string) *viewer {
	t.Helper()
	var m webrtc.MediaEngine
	if err := m.RegisterDefaultCodecs(); err != nil {
		t.Fatal(err)
	}
	var set webrtc.SettingEngine
	set.SetIncludeLoopbackCandidate(true)
	pc, err := webrtc.NewAPI(webrtc.WithMediaEngine(&m), webrtc.WithSettingEngine(set), webrtc.WithInterceptorRegistry(&interceptor.Registry{})).
		NewPeerConnection(webrtc.Configuration{})
	if err != nil {
		t.Fatal(err)
	}
	v := &viewer{pc: pc, last: time.Now()}
	t.Cleanup(func() { _ = pc.Close() })
	pc.OnTrack(func(track *webrtc.TrackRemote, _ *webrtc.RTPReceiver) {
		for {
			pkt, _, err := track.ReadRTP()
			if err != nil {
				return
			}
			v.packet(pkt)
		}
	})
	pc.OnConnectionStateChange(func(st webrtc.PeerConnectionState) {
		if st == webrtc.PeerConnectionStateFailed || st == webrtc.PeerConnectionStateClosed {
			v.mu.Lock()
			v.closed = true
			v.mu.Unlock()
		}
	})
	if _, err := pc.AddTransceiverFromKind(webrtc.RTPCodecTypeVideo, webrtc.RTPTransceiverInit{Direction: webrtc.RTPTransceiverDirectionRecvonly}); err != nil {
		t.Fatal(err)
	}
	offer, err := pc.CreateOffer(nil)
	if err != nil {
		t.Fatal(err)
	}
	gathered := webrtc.GatheringCompletePromise(pc)
	if err := pc.SetLocalDescription(offer); err != nil {
		t.Fatal(err)
	}
	<-gathered
	answer, err := post(s.HTTP+"/whep/"+stream, s.token, pc.LocalDescription().SDP)
	if err != nil {
		t.Fatal(err)
	}
	if err := pc.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeAnswer, SDP: answer}); err != nil {
		t.Fatal(err)
	}
	until(t, 15*time.Second, "the first picture of "+stream, func() error {
		if v.count() == 0 {
			return fmt.Errorf("none yet; the connection is %v", pc.ConnectionState())
		}
		return nil
	})
	return v
}

// post offers a session with a token, "" for none, and returns the answer.
func post(url, token, offer string) (string, error) {
	req, err := http.NewRequest(http.MethodPost, url, bytes.NewBufferString(offer))
	if err != nil {
		return "", err
	}
	req.Header.Set("Content-Type", "application/sdp")
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return "", err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, 1<<20))
	if err != nil {
		return "", err
	}
	if resp.StatusCode != http.StatusCreated {
		return "", fmt.Errorf("%s: %s", resp.Status, body)
	}
	return string(body), nil
}

// packet notes one RTP packet.
func (v *viewer) packet(pkt *rtp.Packet) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if gap := pkt.SequenceNumber - v.seq; v.any && gap > 1 && gap < 1<<15 {
		v.lost += int(gap - 1)
	}
	v.any, v.seq = true, pkt.SequenceNumber
	v.parameters(pkt.Payload)
	if pkt.Marker {
		now := time.Now()
		if v.frames > 0 {
			v.gap = max(v.gap, now.Sub(v.last))
		}
		v.frames++
		v.last = now
	}
}

// parameters looks for an SPS, alone or in an aggregation packet (RFC 6184 §5.7.1).
func (v *viewer) parameters(b []byte) {
	const stapA, sps = 24, 7
	if len(b) == 0 {
		return
	}
	switch b[0] & 31 {
	case stapA:
		for b = b[1:]; len(b) > 2; {
			n := int(b[0])<<8 | int(b[1])
			if n > len(b)-2 {
				return
			}
			v.parameters(b[2 : 2+n])
			b = b[2+n:]
		}
	case sps:
		var s h264.SPS
		if s.Unmarshal(b) == nil {
			v.size = [2]int{s.Width(), s.Height()}
		}
	}
}

func (v *viewer) count() int {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.frames
}

// fresh forgets the longest gap and the losses so far.
func (v *viewer) fresh() {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.gap, v.lost, v.last = 0, 0, time.Now()
}

// steady fails the test if the viewer missed packets or pictures since fresh.
func (v *viewer) steady(t *testing.T, what string) {
	t.Helper()
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.lost > 0 || v.gap > steadyGap || time.Since(v.last) > steadyGap || v.closed {
		t.Errorf("the other stream's viewer lost %d packets, saw no picture for %v, closed %v, while %s", v.lost, max(v.gap, time.Since(v.last)), v.closed, what)
	}
}

// steadyGap is the time without a picture, of 33 ms each, that a busy machine may cause and a lost one may not.
const steadyGap = 400 * time.Millisecond

// resumes waits for a picture that ok accepts, and returns how long it took.
func (v *viewer) resumes(t *testing.T, limit time.Duration, what string, ok func(*viewer) bool) time.Duration {
	t.Helper()
	start := time.Now()
	seen := v.count()
	for {
		v.mu.Lock()
		good := v.frames > seen && ok(v)
		v.mu.Unlock()
		took := time.Since(start)
		if good {
			t.Logf("%s: %v", what, took.Round(time.Millisecond))
			return took
		}
		if took > limit {
			t.Errorf("%s: not within %v", what, limit)
			return took
		}
		time.Sleep(2 * time.Millisecond)
	}
}

func anyPicture(*viewer) bool { return true }
