package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"reflect"
	"slices"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"
)

const (
	// Heartbeat is how long an event stream may be silent before a comment is sent, so that proxies keep it and a client that
	// has left is noticed.
	Heartbeat = 15 * time.Second

	// eventTimeout is how long a client may take for an event before the connection is closed.
	eventTimeout = 5 * time.Second
)

// serveEvents writes the events of a watch until the client leaves, and closes it.
func serveEvents[T any](watch Watch[T], name func(T) (string, any)) *huma.StreamResponse {
	return &huma.StreamResponse{Body: func(hctx huma.Context) {
		defer watch.Close()
		r, w := humago.Unwrap(hctx)
		ctx := r.Context()
		control := http.NewResponseController(w)
		send := func(text []byte) error {
			_ = control.SetWriteDeadline(time.Now().Add(eventTimeout)) // a writer without deadlines is a test's
			if _, err := w.Write(text); err != nil {
				return err
			}
			return control.Flush()
		}
		w.Header().Set("Content-Type", "text/event-stream")
		w.Header().Set("Cache-Control", "no-store")
		w.Header().Set("X-Accel-Buffering", "no") // nginx would collect events
		if send([]byte(": events follow\n\n")) != nil {
			return
		}
		for {
			e, err := next(ctx, watch)
			text := []byte(": still here\n\n")
			switch {
			case err == nil:
				if text, err = eventText(name(e)); err != nil {
					return
				}
			case ctx.Err() != nil || !errors.Is(err, context.DeadlineExceeded):
				return
			}
			if send(text) != nil {
				return
			}
		}
	}}
}

func next[T any](ctx context.Context, watch Watch[T]) (T, error) {
	ctx, cancel := context.WithTimeout(ctx, Heartbeat)
	defer cancel()
	return watch.Next(ctx)
}

// eventText is an event in the form of WHATWG HTML §9.2.6. JSON has no line feeds in it, so the data is one line.
func eventText(name string, data any) ([]byte, error) {
	body, err := json.Marshal(data)
	if err != nil {
		return nil, err
	}
	return fmt.Appendf(nil, "event: %s\ndata: %s\n\n", name, body), nil
}

// eventResponse describes an event stream by the type of each event's data.
func (a *API) eventResponse(events map[string]any) map[string]*huma.Response {
	var kinds []*huma.Schema
	for _, name := range slices.Sorted(maps.Keys(events)) {
		kinds = append(kinds, &huma.Schema{
			Type: huma.TypeObject, Title: name, Required: []string{"event", "data"},
			Properties: map[string]*huma.Schema{
				"event": {Type: huma.TypeString, Enum: []any{name}},
				"data":  a.huma.OpenAPI().Components.Schemas.Schema(reflect.TypeOf(events[name]), true, name),
			},
		})
	}
	return map[string]*huma.Response{"200": {Description: "Events, until the client leaves", Content: map[string]*huma.MediaType{
		"text/event-stream": {Schema: &huma.Schema{Type: huma.TypeArray, Items: &huma.Schema{OneOf: kinds}}},
	}}}
}
