package app

import (
	"bufio"
	"context"
	"errors"
	"log/slog"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"vantage/ingest"
	"vantage/internal/api"
	"vantage/internal/config"
	"vantage/internal/hint"
	"vantage/internal/httpx"
	"vantage/internal/worker"
	"vantage/media"
	"vantage/media/mediatest"
)

func TestAReloadTouchesOnlyTheDifference(t *testing.T) {
	mediatest.NoLeaks(t)
	file, state := filepath.Join(t.TempDir(), "vantage.yaml"), t.TempDir()
	write(t, file, state, "streams: {same: {}, moves: {}, goes: {}}")
	level := new(slog.LevelVar)
	a, _ := serve(t, load(t, file), Options{File: file, Level: level, Start: worker.InProcess(fakeBackends)})
	before := map[media.StreamID]*feed{}
	for _, f := range a.roster.list() {
		before[f.id] = f
	}
	ask := ingest.PublishRequest{Stream: "same", Via: "whip"}
	p, err := a.roster.Publish(t.Context(), ask)
	if err != nil {
		t.Fatal(err)
	}
	defer show(t, p)()
	sub := before["same"].source.Subscribe(media.QueueConfig{})
	defer sub.Close()

	write(t, file, state, "log: {level: debug}\nstreams: {same: {}, moves: {roi: {strength: 0.3}}, comes: {}}")
	report, err := a.Reload(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(report.Added, []media.StreamID{"comes"}) || !slices.Equal(report.Removed, []media.StreamID{"goes"}) || len(report.Changed) != 1 {
		t.Errorf("report %+v", report)
	}
	if f := a.roster.find("same"); f != before["same"] || f.publisher != p {
		t.Error("the unchanged stream was made anew")
	}
	if a.roster.find("moves") == before["moves"] || a.roster.find("goes") != nil || a.roster.find("comes") == nil {
		t.Error("the others were not changed")
	}
	for _, id := range []media.StreamID{"moves", "goes"} {
		if _, err := before[id].source.WaitTracks(t.Context()); !errors.Is(err, errReplaced) && !errors.Is(err, errRemoved) {
			t.Errorf("%s ended with %v, want the reason", id, err)
		}
	}
	if level.Level() != slog.LevelDebug {
		t.Errorf("log level %v, want that of the file", level.Level())
	}
	if _, err := sub.TryPop(); err != nil {
		t.Errorf("the viewer of the unchanged stream: %v", err)
	}
	write(t, file, state, "steams: {}")
	if _, err := a.Reload(t.Context()); len(config.Mistakes(err)) != 1 || a.roster.find("comes") == nil {
		t.Errorf("a file with a mistake: %v", err)
	}
}

func TestStreamsOfTheAPIAreSavedAndRestored(t *testing.T) {
	mediatest.NoLeaks(t)
	cfg := settings(t, "streams: {fixed: {}}")
	spec := func(id media.StreamID) api.Spec {
		return api.Spec{ID: id, Stream: cfg.Defaults, Document: []byte(`{"renditions":{"small":{"size":"320x180"}}}`)}
	}
	status := func(err error) int { return httpx.ProblemOf(err).Status }
	a, stop := serve(t, cfg, Options{})
	s := streamsAPI{a.roster, a.saved}
	for _, id := range []media.StreamID{"kept", "dropped"} {
		if _, created, err := s.Put(t.Context(), spec(id), true); err != nil || !created {
			t.Fatalf("put %s: created %v, %v", id, created, err)
		}
	}
	if _, created, err := s.Put(t.Context(), spec("kept"), false); err != nil || created {
		t.Errorf("put again: created %v, %v", created, err)
	}
	if _, _, err := s.Put(t.Context(), spec("kept"), true); status(err) != http.StatusConflict || hint.Of(err) == "" {
		t.Errorf("a name that is taken: %v", err)
	}
	if _, _, err := s.Put(t.Context(), spec("fixed"), false); status(err) != http.StatusConflict || !strings.Contains(hint.Of(err), "configuration file") {
		t.Errorf("a stream of the file: %v", err)
	}
	if err := s.Delete(t.Context(), "fixed"); status(err) != http.StatusConflict {
		t.Errorf("deleting a stream of the file: %v", err)
	}
	if err := s.Delete(t.Context(), "dropped"); err != nil {
		t.Error(err)
	}
	if err := s.Delete(t.Context(), "dropped"); !errors.Is(err, ingest.ErrUnknownStream) {
		t.Errorf("deleting what is not there: %v", err)
	}
	if err := stop(); err != nil {
		t.Errorf("stop: %v", err)
	}
	b, err := New(cfg, Options{Log: discard})
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	f := b.roster.find("kept")
	if f == nil || f.origin != fromAPI || f.cfg.Renditions["small"].Size.WidthPx != 320 {
		t.Errorf("restored %+v", f)
	}
	if b.roster.find("dropped") != nil {
		t.Error("what was deleted came back")
	}
}

func TestWhoPublishesAStreamThatIsRemovedIsTold(t *testing.T) {
	r := bare(t, "streams: {cam: {}}", nil)
	var kicked []media.StreamID
	r.kick = func(id media.StreamID) { kicked = append(kicked, id) }
	if _, err := r.Publish(t.Context(), ingest.PublishRequest{Stream: "cam"}); err != nil {
		t.Fatal(err)
	}
	r.remove("cam", errRemoved)
	if !slices.Equal(kicked, []media.StreamID{"cam"}) {
		t.Errorf("ended the publishers of %v, want cam", kicked)
	}
}

func TestAnOpenEventStreamDoesNotDelayTheStop(t *testing.T) {
	a, stop := serve(t, settings(t, ""), Options{})
	client := &http.Client{Transport: &http.Transport{}}
	defer client.CloseIdleConnections()
	resp, err := client.Get(a.URL() + "/v1/events")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if _, err := bufio.NewReader(resp.Body).ReadString('\n'); err != nil {
		t.Fatal(err)
	}
	start := time.Now()
	if err := stop(); err != nil {
		t.Error(err)
	}
	if took := time.Since(start); took > 3*time.Second {
		t.Errorf("the stop took %v", took)
	}
}

func TestAStopThatTakesTooLongIsGivenUpInWords(t *testing.T) {
	a := &App{log: discard}
	held := make(chan struct{})
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	err := a.stop(ctx, func() { <-held })
	close(held)
	if err == nil || !strings.Contains(hint.Of(err), "shutdown_timeout") {
		t.Errorf("got %v with hint %q", err, hint.Of(err))
	}
}

func TestASlowListenerMissesNoStream(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var c changes
		l := c.listen()
		for range 1000 {
			c.tell("a")
			c.tell("b")
		}
		c.tell("c")
		for _, want := range []media.StreamID{"a", "b", "c"} {
			if id, err := l.next(t.Context()); err != nil || id != want {
				t.Errorf("got %q (%v), want %q", id, err, want)
			}
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if id, err := l.next(ctx); err == nil {
			t.Errorf("got %q again", id)
		}
		c.leave(l)
		c.tell("d")
		if len(l.ids) != 0 {
			t.Error("told after it left")
		}
	})
}

func TestASlowListenerOfABroadcastGetsTheNewest(t *testing.T) {
	var b broadcast[int]
	values, stop := b.listen()
	for i := range 100 {
		b.send(i)
	}
	for i := 100 - broadcastLen; i < 100; i++ {
		if got := <-values; got != i {
			t.Errorf("got %d, want %d", got, i)
		}
	}
	stop()
	stop()
	if b.send(1); len(values) != 0 || b.listeners() != 0 {
		t.Error("sent after the end")
	}
}

func TestMeter(t *testing.T) {
	var roi, uniform, late meter
	if bps, fps := roi.rate(rateWindow); bps != 0 || fps != 0 {
		t.Errorf("a new meter: %g bit/s, %g fps", bps, fps)
	}
	start := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	for i := range 100 {
		at, n := start.Add(time.Duration(i)*time.Second), uint64(i)
		roi.add(at, media.HubStats{Bytes: n * 60_000, Pictures: n * 30})
		uniform.add(at, media.HubStats{Bytes: n * 100_000, Pictures: n * 30})
		late.add(at, media.HubStats{Pictures: max(n, 97) - 97})
	}
	if bps, fps := roi.rate(rateWindow); bps != 480_000 || fps != 30 {
		t.Errorf("got %g bit/s and %g fps, want 480000 and 30", bps, fps)
	}
	ratio, window, ok := roi.saving(&uniform)
	if !ok || ratio < 0.399 || ratio > 0.401 || window != savingWindow*time.Second {
		t.Errorf("saving %g over %v (%v), want 0.4 over 30 s", ratio, window, ok)
	}
	if _, _, ok := roi.saving(&late); ok {
		t.Error("a saving over two seconds")
	}
}

func TestProblemsHaveTheirStatus(t *testing.T) {
	for status, err := range map[int]error{
		401: ingest.ErrUnauthorized, 404: unknown("x"), 503: errNotLive, 409: ingest.ErrBusy, 406: errUnplayable, 410: errRemoved, 500: errors.New("other"),
	} {
		if got := httpx.ProblemOf(problem(err)).GetStatus(); got != status {
			t.Errorf("%v: got %d, want %d", err, got, status)
		}
	}
	if got := httpx.ProblemOf(errNoTranscoding()); got.Status != http.StatusNotImplemented || got.Hint == "" {
		t.Errorf("without transcoding: %+v", got)
	}
}
