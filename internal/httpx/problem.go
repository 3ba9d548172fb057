package httpx

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"

	"vantage/internal/hint"
)

// ProblemType is the media type of an error's body (RFC 9457 §3).
const ProblemType = "application/problem+json"

// Problem is an error for an HTTP peer (RFC 9457). It matches in errors.As, so that any layer may return it.
type Problem struct {
	// Type is a URI reference that identifies the kind of problem; empty stands for about:blank, where Title is the
	// status's own phrase.
	Type string

	// Title is a short summary that is the same for every occurrence; empty is filled with the status's phrase.
	Title string

	// Status is the HTTP status; 0 stands for 500.
	Status int

	// Detail says what happened this time, in words for a person.
	Detail string

	// Instance is the resource concerned; Write fills it with the request's path, never with its query, where tokens are.
	Instance string

	// Hint is the remedy; empty is filled with that of the error chain (package hint).
	Hint string

	// Header is added to the response, for example Allow or Retry-After.
	Header http.Header

	// Extra are further members of the JSON object. They never replace the members above.
	Extra map[string]any

	cause error
}

// Errorf returns a problem with the status and a detail formatted as by fmt.Errorf, of which %w keeps the cause.
func Errorf(status int, format string, args ...any) *Problem {
	err := fmt.Errorf(format, args...)
	return &Problem{Status: status, Detail: err.Error(), cause: errors.Unwrap(err)}
}

// Error is the detail, or the title where there is none.
func (p *Problem) Error() string {
	switch {
	case p.Detail != "":
		return p.Detail
	case p.Title != "":
		return p.Title
	default:
		return http.StatusText(p.GetStatus())
	}
}

// Unwrap returns the cause that Errorf was given by %w.
func (p *Problem) Unwrap() error { return p.cause }

// GetStatus is the HTTP status to answer with. Together with ContentType it makes Problem an error of the huma framework.
func (p *Problem) GetStatus() int {
	if p.Status == 0 {
		return http.StatusInternalServerError
	}
	return p.Status
}

// ContentType is the media type of the body, whatever was negotiated.
func (p *Problem) ContentType(string) string { return ProblemType }

// WithHeader adds a response header and returns p.
func (p *Problem) WithHeader(key, value string) *Problem {
	if p.Header == nil {
		p.Header = make(http.Header)
	}
	p.Header.Add(key, value)
	return p
}

// With adds a member to the JSON object and returns p.
func (p *Problem) With(key string, value any) *Problem {
	if p.Extra == nil {
		p.Extra = make(map[string]any)
	}
	p.Extra[key] = value
	return p
}

// MarshalJSON writes the members that are set, the standard ones over those of Extra.
func (p *Problem) MarshalJSON() ([]byte, error) {
	m := maps.Clone(p.Extra)
	if m == nil {
		m = make(map[string]any, 6)
	}
	m["status"] = p.GetStatus()
	m["title"] = p.Title
	if p.Title == "" {
		m["title"] = http.StatusText(p.GetStatus())
	}
	for key, value := range map[string]string{
		"type": p.Type, "detail": p.Detail, "instance": p.Instance, "hint": p.Hint,
	} {
		delete(m, key)
		if value != "" {
			m[key] = value
		}
	}
	return json.Marshal(m)
}

// ProblemOf returns the problem that err stands for, a copy that the caller may change, with the remedy of the whole
// chain. A body over its limit is 413, a request that took too long is 503. The message of any other error that
// is not a Problem is shown only if it has a remedy, that is, if it was written for a person: the rest may name files or hosts
// that are not the peer's business, and is a 500.
func ProblemOf(err error) *Problem {
	var p Problem
	var tooLarge *http.MaxBytesError
	if found, ok := errors.AsType[*Problem](err); ok {
		p = *found
	} else if errors.As(err, &tooLarge) {
		p = *bodyTooLarge(tooLarge.Limit)
	} else if errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled) {
		p = Problem{Status: http.StatusServiceUnavailable, Detail: "the request took too long or was given up"}
	} else if hint.Of(err) != "" {
		p = Problem{Status: http.StatusInternalServerError, Detail: err.Error()}
	} else {
		p = Problem{Status: http.StatusInternalServerError, Detail: "the server could not do this; its log says why"}
	}
	p.cause = err
	if p.Hint == "" {
		p.Hint = hint.Of(err)
	}
	return &p
}

// Write answers the request with the problem that err stands for (see [ProblemOf]).
func Write(w http.ResponseWriter, r *http.Request, err error) {
	p := ProblemOf(err)
	if p.Instance == "" && r != nil {
		p.Instance = r.URL.EscapedPath()
	}
	body, jsonErr := json.Marshal(p)
	if jsonErr != nil { // an Extra that JSON cannot carry
		p.Extra = nil
		body, _ = json.Marshal(p)
	}
	h := w.Header()
	for key, values := range p.Header {
		h[key] = append(h[key], values...)
	}
	h.Set("Content-Type", ProblemType)
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(p.GetStatus())
	_, _ = w.Write(body) // a peer that has left is no error of ours
}
