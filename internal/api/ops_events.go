package api

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"vantage/media"
)

// removed is the data of the event "removed".
type removed struct {
	Name media.StreamID `json:"name"`
}

func (a *API) registerEvents() {
	const tag = "Events"
	events := operation(http.MethodGet, "/v1/events", "watch-streams", tag, "Watch all streams")
	events.Description = "Server-sent events: 'stream' with a stream whenever it changes, one of each at the beginning, and 'removed' with its name."
	events.Responses = a.eventResponse(map[string]any{"stream": Stream{}, "removed": removed{}})
	handle(a, events, func(ctx context.Context, _ *struct{}) (*huma.StreamResponse, error) {
		watch, err := a.options.Backend.Watcher.WatchStreams(ctx)
		if err != nil {
			return nil, err
		}
		return serveEvents(watch, func(e StreamEvent) (string, any) {
			if e.Removed != "" {
				return "removed", removed{e.Removed}
			}
			return "stream", e.Stream
		}), nil
	})

	regions := operation(http.MethodGet, "/v1/streams/{name}/regions", "watch-regions", tag, "Watch the regions of a stream")
	regions.Description = "Server-sent events: 'plan' for each analysed picture. Plans that the client is too slow for are left out."
	regions.Responses = a.eventResponse(map[string]any{"plan": Plan{}})
	handle(a, regions, func(ctx context.Context, in *StreamParam) (*huma.StreamResponse, error) {
		watch, err := a.options.Backend.Watcher.WatchRegions(ctx, in.Name)
		if err != nil {
			return nil, err
		}
		return serveEvents(watch, func(p Plan) (string, any) { return "plan", p }), nil
	})
}
