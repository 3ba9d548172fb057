package rtsp

import (
	"errors"
	"io"
	"net"
	"testing"
	"testing/synctest"
	"time"

	"github.com/bluenviron/gortsplib/v4/pkg/liberrors"
)

func testConnection(t *testing.T, o ClientOptions) (*Client, *connection) {
	t.Helper()
	o.URL = "rtsp://192.0.2.1/stream"
	c, err := NewClient(o)
	if err != nil {
		t.Fatal(err)
	}
	return c, c.newConnection(time.Now())
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

func TestUDPRestsWhereOnlyTCPWorked(t *testing.T) {
	now := time.Unix(1_790_000_000, 0)
	for name, tc := range map[string]struct {
		switched, playing, media bool
		want                     Transport // ten minutes, less a second, later
	}{
		"over UDP":             {false, true, true, Auto},
		"over TCP after UDP":   {true, true, true, TCP},
		"over neither":         {true, true, false, Auto},
		"not connected at all": {false, false, false, Auto},
	} {
		c, conn := testConnection(t, ClientOptions{})
		conn.switched.Store(tc.switched)
		conn.playing = tc.playing
		c.learn(conn, tc.media, now)
		if got := c.newConnection(now.Add(udpRestsFor - time.Second)).wanted; got != tc.want {
			t.Errorf("%s: %s is tried next, want %s", name, got, tc.want)
		}
		if got := c.newConnection(now.Add(udpRestsFor)).wanted; got != Auto {
			t.Errorf("%s: %s is tried after a while, want %s", name, got, Auto)
		}
	}
	c, conn := testConnection(t, ClientOptions{})
	conn.switched.Store(true)
	c.learn(conn, true, now)
	_, down := testConnection(t, ClientOptions{})
	c.learn(down, false, now.Add(time.Second)) // the camera is off
	if got := c.newConnection(now.Add(2 * time.Second)); got.wanted != TCP {
		t.Errorf("after an outage %s is tried, want %s", got.wanted, TCP)
	}
}
