package httpx

import (
	"errors"
	"fmt"
	"io"
	"net/http"
)

// DefaultBodyLimit is the largest request body of the JSON API, in bytes.
const DefaultBodyLimit = 256 << 10

// ReadBody reads the whole body of at most limit bytes. A larger one is a 413 problem that names the limit, given before a
// byte is read where the peer announced the length.
func ReadBody(w http.ResponseWriter, r *http.Request, limit int64) ([]byte, error) {
	if r.ContentLength > limit {
		w.Header().Set("Connection", "close") // do not read what is of no use
		return nil, bodyTooLarge(limit)
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, limit))
	if err == nil {
		return body, nil
	}
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return nil, bodyTooLarge(limit)
	}
	return nil, Errorf(http.StatusBadRequest, "read the request's body: %w", err)
}

// LimitBody bounds the bodies of all requests to next; reading further is an *http.MaxBytesError, which Write answers
// with 413.
func LimitBody(limit int64, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.ContentLength > limit {
			w.Header().Set("Connection", "close")
			Write(w, r, bodyTooLarge(limit))
			return
		}
		r.Body = http.MaxBytesReader(w, r.Body, limit)
		next.ServeHTTP(w, r)
	})
}

func bodyTooLarge(limit int64) *Problem {
	p := &Problem{
		Status: http.StatusRequestEntityTooLarge,
		Detail: fmt.Sprintf("the body is larger than %d bytes", limit),
		Hint:   fmt.Sprintf("send at most %d bytes", limit),
	}
	return p.With("limit_bytes", limit)
}
