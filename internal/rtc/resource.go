package rtc

import (
	"context"
	"fmt"
	"net/http"
	"strings"

	"vantage/internal/httpx"
	"vantage/media"
)

// serveSession serves the resource of one session (RFC 9725 §4.2, §4.3).
func (e *Endpoint) serveSession(w http.ResponseWriter, r *http.Request, stream media.StreamID, id media.SessionID) error {
	switch r.Method {
	case http.MethodOptions:
		w.Header().Set("Accept-Patch", typeFragment)
		w.Header().Set("Allow", "PATCH, DELETE, OPTIONS")
		w.WriteHeader(http.StatusNoContent)
		return nil
	case http.MethodPatch, http.MethodDelete:
	default:
		return notAllowed(r.Method, "PATCH, DELETE, OPTIONS", "PATCH with an SDP fragment, or DELETE to end the session")
	}
	s, err := e.find(stream, id)
	if err != nil {
		return err
	}
	if want := s.req.Token; want != "" && !httpx.SameToken(httpx.Bearer(r), want) {
		return httpx.Unauthorized("the session was made with another token")
	}
	if r.Method == http.MethodDelete {
		// An entity tag means nothing here and is ignored (RFC 9725 §4.3.1).
		s.Close(ErrPeerLeft)
		w.WriteHeader(http.StatusOK)
		return nil
	}
	return e.patch(w, r, s)
}

func (e *Endpoint) find(stream media.StreamID, id media.SessionID) (*Session, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if s, ok := e.sessions[id]; ok && s.req.Stream == stream {
		return s, nil
	}
	detail := "no such session"
	if reason, ok := e.graves.find(id); ok {
		detail = fmt.Sprintf("the session has ended: %v", reason)
	}
	return nil, &httpx.Problem{
		Status: http.StatusNotFound, Detail: detail, Hint: fmt.Sprintf("POST a new offer to /%s/%s", e.cfg.Protocol, stream),
	}
}

// patch takes candidates, or restarts ICE. A restart is recognised by new credentials and asks for "If-Match: *", because the
// peer may have lost the answer that told it the present entity tag; candidates ask for the very tag of their generation.
func (e *Endpoint) patch(w http.ResponseWriter, r *http.Request, s *Session) error {
	if !isType(r, typeFragment) {
		return wrongType(r, typeFragment).WithHeader("Accept-Patch", typeFragment)
	}
	etag, ufrag := s.generation()
	match := strings.Join(r.Header.Values("If-Match"), ",")
	if err := checkMatch(match, etag); err != nil {
		return err
	}
	body, err := readBody(w, r, MaxFragmentBytes)
	if err != nil {
		return err
	}
	f, err := ParseFragment(body)
	if err != nil {
		return err
	}
	if f.Ufrag == "" || f.Ufrag == ufrag {
		s.trickle(f)
		w.WriteHeader(http.StatusNoContent)
		return nil
	}
	if strings.TrimSpace(match) != "*" {
		return impossible("the fragment is of another ICE generation than the entity tag",
			"for an ICE restart send 'If-Match: *'; candidates need the present ice-ufrag or none")
	}
	if f.Pwd == "" {
		return badFragment("an ICE restart needs ice-pwd beside ice-ufrag")
	}
	ctx, cancel := context.WithTimeout(r.Context(), AcceptTimeout)
	defer cancel()
	local, etag, err := s.restart(ctx, f)
	if err != nil {
		return err // the session goes on as it was
	}
	w.Header().Set("Content-Type", typeFragment)
	w.Header().Set("ETag", etag)
	w.WriteHeader(http.StatusOK)
	_, _ = w.Write([]byte(local.String()))
	return nil
}

// checkMatch applies If-Match by strong comparison (RFC 9110 §13.1.1).
func checkMatch(match, etag string) error {
	if strings.TrimSpace(match) == "" {
		return &httpx.Problem{
			Status: http.StatusPreconditionRequired, Detail: "PATCH needs an If-Match header",
			Hint: "send the ETag of the last answer, or '*' to restart ICE",
		}
	}
	for tag := range strings.SplitSeq(match, ",") {
		if tag = strings.TrimSpace(tag); tag == "*" || tag == etag {
			return nil
		}
	}
	return &httpx.Problem{
		Status: http.StatusPreconditionFailed, Detail: "the entity tag is not that of the present ICE session",
		Hint: "send the ETag of the last answer, or '*' to restart ICE",
	}
}
