package ingest_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"vantage/ingest"
)

// visits counts how often a gate lets a source run, and whether it does.
type visits struct {
	n       int
	running bool
}

func (v *visits) run(ctx context.Context) error {
	v.n++
	v.running = true
	<-ctx.Done()
	v.running = false
	return nil
}

func TestGate(t *testing.T) {
	const linger = 10 * time.Second
	type step struct {
		after   time.Duration
		watched bool
	}
	for name, tc := range map[string]struct {
		steps   []step
		at      time.Duration // after the last step
		runs    int
		running bool
	}{
		"stays closed while nobody watches":            {nil, time.Hour, 0, false},
		"opens for the first viewer":                   {[]step{{time.Minute, true}}, 0, 1, true},
		"lingers after the last":                       {[]step{{0, true}, {time.Minute, false}}, linger - ms, 1, true},
		"closes then":                                  {[]step{{0, true}, {time.Minute, false}}, linger + ms, 1, false},
		"goes on for one who comes back in time":       {[]step{{0, true}, {time.Minute, false}, {9 * time.Second, true}}, time.Hour, 1, true},
		"begins to linger anew when that one leaves":   {[]step{{0, true}, {0, false}, {9 * time.Second, true}, {time.Second, false}}, linger - ms, 1, true},
		"opens again for one who comes too late":       {[]step{{0, true}, {0, false}, {11 * time.Second, true}}, 0, 2, true},
		"is not disturbed by a second viewer":          {[]step{{0, true}, {time.Second, true}}, time.Hour, 1, true},
		"lets a viewer who looked in have the linger":  {[]step{{0, true}, {0, false}}, linger - ms, 1, true},
		"closes after one who came and went meanwhile": {[]step{{0, true}, {0, false}, {5 * time.Second, true}, {0, false}}, linger + ms, 1, false},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var v visits
				g := ingest.NewGate(linger)
				ctx, cancel := context.WithCancel(t.Context())
				done := make(chan error, 1)
				go func() { done <- g.Run(ctx, v.run) }()
				for _, s := range tc.steps {
					time.Sleep(s.after)
					synctest.Wait()
					g.Set(s.watched)
					synctest.Wait()
				}
				time.Sleep(tc.at)
				synctest.Wait()
				if v.n != tc.runs || v.running != tc.running {
					t.Errorf("ran %d times, running: %v; want %d, %v", v.n, v.running, tc.runs, tc.running)
				}
				cancel()
				if err := <-done; err != nil || v.running {
					t.Errorf("%v, running: %v", err, v.running)
				}
			})
		})
	}
}

func TestGateReturnsWhatRunReturnsByItself(t *testing.T) {
	for name, want := range map[string]error{"an error": errors.New("wrong password"), "the natural end": nil} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				g := ingest.NewGate(time.Second)
				g.Set(true)
				if err := g.Run(t.Context(), func(context.Context) error { return want }); !errors.Is(err, want) {
					t.Errorf("got %v", err)
				}
			})
		})
	}
}

func TestGateOfNoLinger(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var v visits
		g := ingest.NewGate(0)
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() { done <- g.Run(ctx, v.run) }()
		for range 100 {
			g.Set(true)
			synctest.Wait()
			g.Set(false)
			synctest.Wait()
		}
		time.Sleep(ms)
		if v.n != 100 || v.running {
			t.Errorf("ran %d times, running: %v", v.n, v.running)
		}
		cancel()
		<-done
	})
}
