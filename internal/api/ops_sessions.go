package api

import (
	"context"
	"net/http"

	"vantage/media"
)

type sessionsOut struct {
	Body struct {
		Sessions []Session `json:"sessions" nullable:"false"`
	}
}

type bySession struct {
	ID media.SessionID `path:"id" maxLength:"128" doc:"of the session"`
}

func (a *API) registerSessions() {
	const tag = "Sessions"
	handle(a, a.guarded(operation(http.MethodGet, "/v1/sessions", "list-sessions", tag, "List publishers and viewers")),
		func(ctx context.Context, _ *struct{}) (*sessionsOut, error) {
			all, err := a.options.Backend.Sessions.ListSessions(ctx)
			out := &sessionsOut{}
			out.Body.Sessions = list(all)
			return out, err
		})
	end := a.guarded(operation(http.MethodDelete, "/v1/sessions/{id}", "end-session", tag, "End a session"))
	end.DefaultStatus = http.StatusNoContent
	handle(a, end, func(ctx context.Context, in *bySession) (*struct{}, error) {
		return nil, a.options.Backend.Sessions.EndSession(ctx, in.ID)
	})
}
