package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"vantage/ingest/rtsp"
	"vantage/ingest/whip"
	"vantage/internal/api"
	"vantage/internal/config"
	"vantage/internal/hint"
	"vantage/internal/httpx"
	"vantage/internal/obs"
	"vantage/internal/rtc"
	"vantage/internal/store"
	"vantage/internal/worker"
	"vantage/stream"
	"vantage/transcode"
	"vantage/web"
)

// Bounds of the HTTP servers.
const (
	readHeaderTimeout = 10 * time.Second
	idleTimeout       = 2 * time.Minute
	maxHeaderBytes    = 64 << 10
)

// Options are what the configuration does not say.
type Options struct {
	Log    *slog.Logger   // not nil
	Level  *slog.LevelVar // of Log, for a reload to change; nil: it stays
	File   string         // configuration file that a reload reads again; empty without one
	Build  obs.Build      // of this binary
	FFmpeg string         // version of its FFmpeg libraries; empty without
	Start  worker.Starter // nil: this binary cannot transcode

	// Probe measures the encoders, without harm to this process; nil: the table is taken at its word.
	Probe func(context.Context) []transcode.ProbeResult
}

// App is a running server.
type App struct {
	o        Options
	log      *slog.Logger
	registry *prometheus.Registry
	health   *obs.Health
	roster   *roster
	saved    *store.Streams

	engine *rtc.Engine
	rtsp   *rtsp.Server
	whip   *whip.Server
	whep   *stream.Server

	servers []server // public first, admin last
}

// server is an HTTP server and the socket that it serves.
type server struct {
	name   string
	socket net.Listener
	*http.Server
}

// New builds the server of a valid configuration and opens its HTTP and WebRTC sockets, so that a taken port is known at
// once. Nothing runs yet; an App that is not run is closed with Close.
func New(cfg *config.Config, o Options) (*App, error) {
	a := &App{o: o, log: o.Log, registry: obs.NewRegistry(o.Build), health: obs.NewHealth()}
	m := newMetrics(a.registry)
	a.roster = newRoster(cfg, o, m)
	a.roster.kick = a.endPublishers
	a.registry.MustRegister(a.roster)
	if err := a.build(cfg, m); err != nil {
		a.Close()
		return nil, err
	}
	for id, s := range cfg.Streams {
		if _, err := a.roster.add(id, fromConfig, s); err != nil {
			a.Close()
			return nil, err
		}
	}
	a.restore(cfg)
	return a, nil
}

// build makes the parts, bottom up.
func (a *App) build(cfg *config.Config, m metrics) (err error) {
	if a.saved, err = store.Open(cfg.StatePath()); err != nil {
		return err
	}
	if err := a.saved.Damage(); err != nil {
		a.log.Error("saved streams are damaged", "err", err, "hint", hint.Of(err))
	}
	if a.engine, err = rtc.Listen(cfg.WebRTC, rtc.Options{Log: a.log}); err != nil {
		return err
	}
	rc := rtsp.DefaultServerConfig()
	rc.Listen, rc.UDPListen = cfg.RTSP.Listen, cfg.RTSP.UDPListen
	a.rtsp, err = rtsp.NewServer(rtsp.ServerOptions{
		Config: rc, Registrar: a.roster, Catalog: players{a.roster}, Log: a.log, Metrics: m.rtsp,
	})
	if err != nil {
		return err
	}
	a.whip, err = whip.New(whip.Options{
		Config: whip.Default(), Engine: a.engine, Registrar: publishers{a.roster}, Origins: cfg.HTTP.Origins(), Log: a.log, Metrics: whip.NewMetrics(a.registry),
	})
	if err != nil {
		return err
	}
	a.whep, err = stream.New(stream.Options{
		Config: stream.Default(), Engine: a.engine, Catalog: viewers{a.roster}, Origins: cfg.HTTP.Origins(), Log: a.log, Metrics: stream.NewMetrics(a.registry),
	})
	if err != nil {
		return err
	}
	handler, err := a.handler(cfg)
	if err != nil {
		return err
	}
	if err := a.listen("http", cfg.HTTP.Listen, handler); err != nil {
		return err
	}
	if cfg.Admin.Listen != "" {
		return a.listen("admin", cfg.Admin.Listen, obs.AdminHandler(a.registry, a.health))
	}
	return nil
}

// handler routes the public listener.
func (a *App) handler(cfg *config.Config) (http.Handler, error) {
	streams := streamsAPI{a.roster, a.saved}
	v1, err := api.New(api.Options{
		Backend: api.Backend{
			Streams: streams, Watcher: streams, Snapshots: snapshots{a.roster}, Sessions: sessionsAPI{a},
			Prober: onboarding{a}, Discoverer: onboarding{a}, Doctor: doctor{a},
			Reloader: a,
		},
		AdminToken: cfg.HTTP.AdminToken.Reveal(),
		Version: api.Version{
			Version: a.o.Build.Version, Revision: a.o.Build.Revision, Go: a.o.Build.Go, FFmpeg: a.o.FFmpeg, RTSPPort: portOf(cfg.RTSP.Listen),
		},
	})
	if err != nil {
		return nil, err
	}
	mux := http.NewServeMux()
	mux.Handle("/whip/", a.whip.Handler())
	mux.Handle("/whep/", a.whep.Handler())
	v1.Register(mux)
	a.health.Register(mux)
	mux.Handle("/", web.Handler())
	return httpx.CORS(mux, httpx.CORSConfig{Origins: cfg.HTTP.Origins()}), nil
}

// listen opens the socket of an HTTP server.
func (a *App) listen(name, address string, h http.Handler) error {
	l, err := net.Listen("tcp", address)
	if err != nil {
		return hint.New(fmt.Errorf("%s: listen on %s: %w", name, address, err),
			"another program has the port, perhaps another vantage; set "+name+".listen to a free one")
	}
	a.servers = append(a.servers, server{name, l, &http.Server{
		Handler: h, ReadHeaderTimeout: readHeaderTimeout, IdleTimeout: idleTimeout, MaxHeaderBytes: maxHeaderBytes,
		ErrorLog: slog.NewLogLogger(a.log.Handler(), slog.LevelDebug),
	}})
	return nil
}

// restore adds the streams that were added in the console.
func (a *App) restore(cfg *config.Config) {
	for id, doc := range a.saved.All() {
		s, err := config.ParseStream(doc, cfg.Defaults)
		if err == nil {
			_, err = a.roster.add(id, fromAPI, s)
		}
		if err != nil {
			a.log.Error("saved stream left out", "stream", id, "err", err, "hint", hint.Of(err))
		}
	}
}

// Close gives back the sockets of an App that was not run.
func (a *App) Close() {
	for _, s := range a.servers {
		_ = s.socket.Close()
	}
	if a.engine != nil {
		_ = a.engine.Close()
	}
}

// Log is the server's.
func (a *App) Log() *slog.Logger { return a.log }

// URL is where the console is.
func (a *App) URL() string { return "http://" + Local(a.servers[0].socket.Addr().String()) }

// portOf is the port of an address, 0 for none.
func portOf(address string) int {
	_, port, err := net.SplitHostPort(address)
	if err != nil {
		return 0
	}
	n, _ := strconv.Atoi(port)
	return n
}

// Local is a listen address as it is reached from this machine.
func Local(listen string) string {
	host, port, err := net.SplitHostPort(listen)
	if err != nil {
		return listen
	}
	if ip := net.ParseIP(host); host == "" || ip != nil && ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	return net.JoinHostPort(host, port)
}

// Run serves until ctx ends, then stops in stages within the configured time: no new sessions; sessions end; sources and workers
// end; the HTTP listeners go last.
func (a *App) Run(ctx context.Context) error {
	serving, failed := context.WithCancelCause(ctx)
	defer failed(nil)
	feeds, stopFeeds := context.WithCancelCause(context.WithoutCancel(ctx))
	sessions, stopSessions := context.WithCancelCause(context.WithoutCancel(ctx))
	defer stopFeeds(nil)
	defer stopSessions(nil)

	var roster, peers, http sync.WaitGroup
	roster.Go(func() { a.roster.run(feeds) })
	part := func(name string, run func(context.Context) error) {
		peers.Go(func() {
			if err := run(sessions); err != nil {
				failed(fmt.Errorf("%s: %w", name, err))
			}
		})
	}
	requests, endRequests := context.WithCancel(context.WithoutCancel(ctx))
	defer endRequests()
	part("rtsp", a.rtsp.Run)
	part("whip", a.whip.Run)
	part("whep", a.whep.Run)
	if a.o.Probe != nil {
		peers.Go(func() { a.roster.encoders.measure(sessions, a.o.Probe, a.log) })
	}
	for _, s := range a.servers {
		s.BaseContext = func(net.Listener) context.Context { return requests }
		http.Go(func() { a.serve(s, failed) })
	}
	a.log.Info("ready", "url", a.URL())
	<-serving.Done()

	a.log.Info("stopping")
	a.health.Drain("the server is stopping")
	timeout := a.roster.config().ShutdownTimeout
	deadline, cancel := context.WithTimeout(context.WithoutCancel(ctx), timeout)
	defer cancel()
	err := a.stop(deadline, func() {
		stopSessions(errStopping)
		peers.Wait()
		stopFeeds(errStopping)
		roster.Wait()
		endRequests() // event streams would last as long as their clients
		for _, s := range a.servers {
			_ = s.Shutdown(deadline) // what does not end in time is cut below
			_ = s.Server.Close()
		}
		http.Wait()
		_ = a.engine.Close()
	})
	if cause := context.Cause(serving); !errors.Is(cause, context.Canceled) && ctx.Err() == nil {
		return errors.Join(cause, err)
	}
	return err
}

// errStopping is why sessions end when the server stops.
var errStopping = errors.New("the server is stopping")

// stop runs the stages and gives up when the time is over.
func (a *App) stop(ctx context.Context, stages func()) error {
	done := make(chan struct{})
	go func() { // outlives a stop that takes too long; the process ends then
		defer close(done)
		stages()
	}()
	select {
	case <-done:
		a.log.Info("stopped")
		return nil
	case <-ctx.Done():
		return hint.New(errors.New("not everything ended within shutdown_timeout"), "raise shutdown_timeout if viewers need longer to leave")
	}
}

func (a *App) serve(s server, failed context.CancelCauseFunc) {
	if err := s.Serve(s.socket); err != nil && !errors.Is(err, http.ErrServerClosed) {
		failed(fmt.Errorf("%s: %w", s.name, err))
	}
}
