package rtsp

import (
	"errors"
	"io"
	"net"
	"net/netip"
	"testing"
	"testing/synctest"
	"time"

	"github.com/bluenviron/gortsplib/v4/pkg/base"
	"github.com/bluenviron/gortsplib/v4/pkg/format"
	"github.com/bluenviron/gortsplib/v4/pkg/liberrors"
	"github.com/pion/rtp"
)

func testConnection(t *testing.T, o ClientOptions) (*Client, *connection) {
	t.Helper()
	o.URL = "rtsp://192.0.2.1/stream"
	c, err := NewClient(o)
	if err != nil {
		t.Fatal(err)
	}
	return c, c.newConnection(c.choose(time.Now()))
}

func TestStepsOfSettingUpAreBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, conn := testConnection(t, ClientOptions{})
		ours, theirs := net.Pipe()
		defer theirs.Close()
		conn.socket = ours
		began := time.Now()
		err := conn.within(func() error {
			_, err := ours.Read(make([]byte, 1)) // a camera that takes connections and says nothing, not even TLS
			return err
		})
		if _, ok := errors.AsType[liberrors.ErrClientRequestTimedOut](err); !ok || time.Since(began) != stepTimeout {
			t.Errorf("%v after %v", err, time.Since(began))
		}
		if err := conn.within(func() error { return io.ErrUnexpectedEOF }); !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Errorf("a step that fails gives %v", err)
		}
	})
}

func TestACameraMayBeSilentAsLongAsItIsConfiguredTo(t *testing.T) {
	for configured, want := range map[time.Duration]time.Duration{0: requestTimeout, time.Second: requestTimeout, time.Minute: time.Minute} {
		if _, conn := testConnection(t, ClientOptions{StallAfter: configured}); conn.client.ReadTimeout < want {
			t.Errorf("%v: media may be silent for %v", configured, conn.client.ReadTimeout)
		}
	}
}

func TestWhatIsTriedFirst(t *testing.T) {
	now := time.Unix(1_790_000_000, 0)
	for name, tc := range map[string]struct {
		url      string
		asked    Transport
		rests    time.Duration // UDP, from now on
		want     Transport
		triedUDP bool
	}{
		"UDP at will":               {"rtsp://192.0.2.1/", Auto, 0, UDP, false},
		"TCP while UDP rests":       {"rtsp://192.0.2.1/", Auto, time.Second, TCP, true},
		"TCP in TLS":                {"rtsps://192.0.2.1/", Auto, 0, TCP, false},
		"TCP where it is asked for": {"rtsp://192.0.2.1/", TCP, 0, TCP, false},
		"UDP where it is asked for": {"rtsp://192.0.2.1/", UDP, time.Second, UDP, false},
	} {
		c, err := NewClient(ClientOptions{URL: tc.url, Transport: tc.asked})
		if err != nil {
			t.Fatal(err)
		}
		c.udpRests = now.Add(tc.rests)
		if got, tried := c.choose(now); got != tc.want || tried != tc.triedUDP {
			t.Errorf("%s: %s, tried UDP: %v", name, got, tried)
		}
	}
}

func TestMediaOverUDPComeFromTheCameraOnly(t *testing.T) {
	peer := &net.TCPAddr{IP: net.ParseIP("192.0.2.1"), Port: 554}
	for name, tc := range map[string]struct {
		transport string
		want      string
	}{
		"from the peer":              {"RTP/AVP;unicast;client_port=4000-4001;server_port=5000-5001", "192.0.2.1:5000"},
		"from another that it names": {"RTP/AVP;unicast;client_port=4000-4001;server_port=5000-5001;source=192.0.2.9", "192.0.2.9:5000"},
		"from nowhere":               {"RTP/AVP;unicast;client_port=4000-4001", ""},
	} {
		got, err := senderOf(peer, &base.Response{Header: base.Header{"Transport": base.HeaderValue{tc.transport}}})
		if (err == nil) != (tc.want != "") || err == nil && got.String() != tc.want {
			t.Errorf("%s: %v, %v, want %s", name, got, err, tc.want)
		}
	}
	r := &udpReader{from: netip.MustParseAddrPort("192.0.2.1:5000"), format: &format.H264{PayloadTyp: 96}}
	good, err := (&rtp.Packet{Header: rtp.Header{Version: 2, PayloadType: 96}, Payload: []byte{1}}).Marshal()
	if err != nil {
		t.Fatal(err)
	}
	for from, want := range map[string]bool{"192.0.2.1:5000": true, "[::ffff:192.0.2.1]:5000": true, "192.0.2.1:5001": false, "192.0.2.2:5000": false} {
		if got := r.take(good, netip.MustParseAddrPort(from), time.Now()); got != want {
			t.Errorf("a packet from %s is taken: %v", from, got)
		}
	}
	if r.take([]byte{0x80}, r.from, time.Now()) {
		t.Error("a packet that is none is taken")
	}
}
