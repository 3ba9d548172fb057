package app

import (
	"context"
	"errors"
	"net/http"

	"vantage/ingest"
	"vantage/internal/httpx"
	"vantage/media"
)

// retryAfter is what a viewer of a stream that is not live is told to wait, in seconds.
const retryAfter = "3"

// problem gives an error of the catalogue or the registrar its HTTP status; the words and the hint stay.
func problem(err error) error {
	status := 0
	switch {
	case errors.Is(err, ingest.ErrUnauthorized):
		return httpx.Unauthorized(err.Error())
	case errors.Is(err, errNotLive), errors.Is(err, context.DeadlineExceeded):
		return httpx.Errorf(http.StatusServiceUnavailable, "%w", err).WithHeader("Retry-After", retryAfter)
	case errors.Is(err, ingest.ErrUnknownStream), errors.Is(err, errRendition), errors.Is(err, errName):
		status = http.StatusNotFound
	case errors.Is(err, ingest.ErrBusy):
		status = http.StatusConflict
	case errors.Is(err, errUnplayable):
		status = http.StatusNotAcceptable
	case errors.Is(err, media.ErrClosed), errors.Is(err, errRemoved), errors.Is(err, errReplaced):
		status = http.StatusGone
	default:
		return err
	}
	return httpx.Errorf(status, "%w", err)
}
