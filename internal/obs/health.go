package obs

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"sync"
	"time"
)

// CheckTimeout bounds all checks of one request together.
const CheckTimeout = 2 * time.Second

// Health answers /healthz and /readyz. The zero value is not ready for use; make one with [NewHealth].
//
// Alive means that the process can answer at all: a failing check never makes it be killed. Ready means that it can take new
// sessions: every check passes and it is not draining.
type Health struct {
	mu       sync.Mutex
	checks   map[string]func(context.Context) error
	draining error
}

// NewHealth returns a registry without checks, which is ready.
func NewHealth() *Health { return &Health{checks: map[string]func(context.Context) error{}} }

// Add registers a check under a name that is not taken yet; it panics otherwise. The check is called for each request, by
// several goroutines at once, and keeps to its context.
func (h *Health) Add(name string, check func(context.Context) error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if _, ok := h.checks[name]; ok {
		panic("obs: health check " + name + " is registered twice")
	}
	h.checks[name] = check
}

// Remove takes a check away.
func (h *Health) Remove(name string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.checks, name)
}

// Drain makes the server not ready for good, with the reason.
func (h *Health) Drain(reason string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.draining = errors.New(reason)
}

// Ready runs every check.
func (h *Health) Ready(ctx context.Context) Report {
	ctx, cancel := context.WithTimeout(ctx, CheckTimeout)
	defer cancel()
	h.mu.Lock()
	checks := make(map[string]func(context.Context) error, len(h.checks))
	for name, check := range h.checks {
		checks[name] = check
	}
	draining := h.draining
	h.mu.Unlock()

	r := Report{Ready: draining == nil, Checks: make(map[string]Check, len(checks))}
	if draining != nil {
		r.Reason = draining.Error()
	}
	type outcome struct {
		name string
		err  error
	}
	outcomes := make(chan outcome, len(checks)) // with room for all, so that a late one does not stay
	for name, check := range checks {
		go func() { outcomes <- outcome{name, check(ctx)} }()
	}
	for range checks {
		select {
		case o := <-outcomes:
			r.Checks[o.name] = checkOf(o.err)
		case <-ctx.Done():
			for name := range checks {
				if _, ok := r.Checks[name]; !ok {
					r.Checks[name] = Check{Error: "no answer in time"}
				}
			}
		}
	}
	for _, c := range r.Checks {
		r.Ready = r.Ready && c.OK
	}
	return r
}

// Live answers /healthz: 200 as long as anything answers.
func (h *Health) Live(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	_, _ = w.Write([]byte("ok\n"))
}

// ServeReady answers /readyz: 200 or 503, with the [Report].
func (h *Health) ServeReady(w http.ResponseWriter, r *http.Request) {
	report := h.Ready(r.Context())
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	if !report.Ready {
		w.WriteHeader(http.StatusServiceUnavailable)
	}
	_ = json.NewEncoder(w).Encode(report) // a peer that has left is no error of ours
}

// Register adds /healthz and /readyz to a mux.
func (h *Health) Register(mux *http.ServeMux) {
	mux.HandleFunc("GET /healthz", h.Live)
	mux.HandleFunc("GET /readyz", h.ServeReady)
}
