// Command server shows one generated stream by WHEP, with nothing else around it: what the fan-out alone costs, for command load
// and for profiles.
//
//	go run ./test/load/server -listen 127.0.0.1:8080 -mbps 2.5 -fps 30 -gop 30
//	go run ./test/load -url http://127.0.0.1:8080/whep/demo -n 100 -pid PID
//
// Profiles are at /debug/pprof/. The pictures have the sizes of real ones (an IDR is four times a P picture) and hold noise, so that no
// browser shows them.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"net/http"
	_ "net/http/pprof" // on the default mux
	"os"
	"os/signal"
	"time"

	"golang.org/x/sync/errgroup"

	"vantage/internal/rtc"
	"vantage/media"
	"vantage/stream"
)

func main() {
	listen := flag.String("listen", "127.0.0.1:8080", "HTTP `address`")
	udp := flag.String("udp", ":8189", "UDP `address` of WebRTC")
	mbps := flag.Float64("mbps", 2.5, "bitrate in Mbit/s")
	fps := flag.Int("fps", 30, "pictures per second")
	gop := flag.Int("gop", 30, "pictures between two IDRs")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := serve(ctx, *listen, *udp, &generator{bitrate: *mbps * 1e6, fps: *fps, gop: *gop}); err != nil {
		fmt.Fprintln(os.Stderr, "server:", err)
		os.Exit(1)
	}
}

func serve(ctx context.Context, listen, udp string, g *generator) error {
	engine, err := rtc.Listen(rtc.Config{UDPListen: udp}, rtc.Options{})
	if err != nil {
		return err
	}
	defer engine.Close()
	hub := media.NewHub("demo/source", media.HubConfig{})
	hub.SetTracks([]*media.Track{track})
	whep, err := stream.New(stream.Options{Config: stream.Default(), Engine: engine, Catalog: single{hub}})
	if err != nil {
		return err
	}
	http.Handle("/whep/", whep.Handler())
	server := &http.Server{Addr: listen, ReadHeaderTimeout: 5 * time.Second}
	tasks, ctx := errgroup.WithContext(ctx)
	tasks.Go(func() error { return whep.Run(ctx) })
	tasks.Go(func() error { g.run(ctx, hub); return nil })
	tasks.Go(func() error {
		<-ctx.Done()
		return server.Close()
	})
	if err := server.ListenAndServe(); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return tasks.Wait()
}

var (
	sps   = []byte{0x67, 0x42, 0xc0, 0x1f, 0xd9, 0x00, 0xa0, 0x47, 0xfe, 0xc8}
	pps   = []byte{0x68, 0xcb, 0x83, 0xcb, 0x20}
	track = &media.Track{
		ID: "video", Codec: media.H264, ClockRate: 90000, WidthPx: 1280, HeightPx: 720, FrameRate: 30, Params: [][]byte{sps, pps},
	}
)

// single is a catalogue of one stream, whatever it is called.
type single struct{ hub *media.Hub }

// Open implements [stream.Catalog].
func (s single) Open(context.Context, stream.OpenRequest) (*stream.Opened, error) {
	return &stream.Opened{Rendition: "source", Video: s.hub, Close: func() {}}, nil
}

// generator makes access units of the sizes of an encoder's.
type generator struct {
	bitrate float64 // bit/s
	fps     int
	gop     int
}

func (g *generator) run(ctx context.Context, pub media.Publisher) {
	const idrFactor = 4 // size of an IDR against that of a P picture
	p := int(g.bitrate / 8 / float64(g.fps) * float64(g.gop) / float64(g.gop-1+idrFactor))
	noise := make([]byte, idrFactor*p)
	rng := rand.New(rand.NewPCG(1, 1))
	for i := range noise {
		noise[i] = byte(rng.Uint32() | 1) // no start codes
	}
	tick := time.NewTicker(time.Second / time.Duration(g.fps))
	defer tick.Stop()
	for n := 0; ; n++ {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
		wish, _ := pub.Demand().Take()
		u := media.NewUnit(track, len(noise)+64)
		u.PTS = int64(n) * int64(90000/g.fps)
		u.DTS, u.Arrived, u.Captured = u.PTS, time.Now(), time.Now()
		if u.RandomAccess = n%g.gop == 0 || wish.KeyFrame; u.RandomAccess {
			u.Append(sps)
			u.Append(pps)
			noise[0] = 0x65
			u.Append(noise)
		} else {
			noise[0] = 0x41
			u.Append(noise[:p])
		}
		pub.Publish(u)
		u.Release()
	}
}
