package api

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"

	"github.com/danielgtaylor/huma/v2"

	"vantage/ingest"
	"vantage/internal/config"
	"vantage/internal/hint"
	"vantage/internal/httpx"
)

// mistake is one element of "errors" in a problem about a request's content.
type mistake struct {
	Path    string `json:"path,omitempty"`
	Line    int    `json:"line,omitempty"`
	Message string `json:"message"`
	Hint    string `json:"hint,omitempty"`
}

// statuses are the errors of the kernel's siblings that a client can tell apart.
var statuses = []struct {
	err    error
	status int
}{
	{ingest.ErrUnknownStream, http.StatusNotFound},
	{ErrUnknownSession, http.StatusNotFound},
	{ingest.ErrBusy, http.StatusConflict},
	{ingest.ErrUnauthorized, http.StatusUnauthorized},
}

// problemOf turns any error of a backend into what the client is told.
func problemOf(err error) *httpx.Problem {
	if _, ok := errors.AsType[*httpx.Problem](err); ok {
		return httpx.ProblemOf(err)
	}
	if found := config.Mistakes(err); len(found) > 0 {
		all := make([]mistake, len(found))
		for i, m := range found {
			all[i] = mistake{m.Path, m.Line, m.Msg, m.Hint}
		}
		return invalidAll(all)
	}
	for _, s := range statuses {
		if errors.Is(err, s.err) {
			return &httpx.Problem{Status: s.status, Detail: err.Error(), Hint: hint.Of(err)}
		}
	}
	return httpx.ProblemOf(err)
}

// invalid is a problem with one field of a request.
func invalid(path, message, remedy string) *httpx.Problem {
	return invalidAll([]mistake{{Path: path, Message: message, Hint: remedy}})
}

func invalidAll(all []mistake) *httpx.Problem {
	first := all[0]
	detail := first.Message
	if first.Path != "" {
		detail = first.Path + ": " + detail
	}
	if len(all) > 1 {
		detail += fmt.Sprintf(" (and %d more)", len(all)-1)
	}
	p := &httpx.Problem{Status: http.StatusUnprocessableEntity, Detail: detail, Hint: first.Hint}
	return p.With("errors", all)
}

// useProblems makes huma answer with our problems. Its hook is a variable of the package, and so are we the only ones in the
// process who use it.
var useProblems = sync.OnceFunc(func() {
	huma.NewError = humaProblem
	huma.NewErrorWithContext = func(_ huma.Context, status int, msg string, errs ...error) huma.StatusError {
		return humaProblem(status, msg, errs...)
	}
})

// notJSONType is the problem of a body that is not said to be JSON.
func notJSONType(detail string) *httpx.Problem {
	return &httpx.Problem{Status: http.StatusUnsupportedMediaType, Detail: detail, Hint: "send JSON with the header 'Content-Type: application/json'"}
}

// humaProblem words what huma found wrong with a request. The values it quotes are left out: they may be passwords.
func humaProblem(status int, msg string, errs ...error) huma.StatusError {
	var all []mistake
	for _, err := range errs {
		if d, ok := errors.AsType[*huma.ErrorDetail](err); ok {
			path := strings.TrimPrefix(strings.TrimPrefix(strings.TrimPrefix(d.Location, "body."), "path."), "query.")
			m := mistake{Path: path, Message: d.Message}
			if strings.HasSuffix(d.Message, "to be stream name") {
				m.Message, m.Hint = "is no stream name", nameRemedy
			}
			all = append(all, m)
		} else if err != nil && status < http.StatusInternalServerError {
			all = append(all, mistake{Message: err.Error()})
		}
	}
	switch {
	case status == http.StatusUnprocessableEntity && len(all) > 0:
		return invalidAll(all)
	case status == http.StatusUnsupportedMediaType || strings.Contains(msg, "content type"):
		return notJSONType(msg)
	case status >= http.StatusInternalServerError:
		return problemOf(errors.Join(errs...))
	}
	p := &httpx.Problem{Status: status, Detail: msg}
	if status == http.StatusBadRequest {
		p.Hint = "/docs shows what this operation takes"
	}
	if len(all) > 0 {
		p.With("errors", all)
	}
	return p
}
