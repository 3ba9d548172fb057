package api

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"io"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"vantage/ingest/probe"
	"vantage/internal/httpx"
)

const (
	// MaxBodyBytes is the largest request body: a stream with all its renditions has a few kilobytes.
	MaxBodyBytes = 64 << 10

	// bodyTimeout is how long a body may take to arrive.
	bodyTimeout = 10 * time.Second
)

// Options are what an API is made of.
type Options struct {
	Backend Backend // all of it

	// AdminToken opens the guarded operations to other machines; empty opens them to nobody but this one.
	AdminToken string

	Version Version
}

// API is the handler of /v1.
type API struct {
	options Options
	huma    huma.API
	mux     *http.ServeMux
}

// New returns the API. It is an error if a part of the backend is missing.
func New(o Options) (*API, error) {
	parts := reflect.ValueOf(o.Backend)
	for i := range parts.NumField() {
		if parts.Field(i).IsNil() {
			return nil, errors.New("api: the backend has no " + parts.Type().Field(i).Name)
		}
	}
	useProblems()
	a := &API{options: o, mux: http.NewServeMux()}
	cfg := huma.DefaultConfig("Vantage", "1")
	cfg.Info.Description = "Streams, sessions and cameras of a Vantage media server. Errors are problems (RFC 9457), " +
		"with the remedy in 'hint'. Operations marked as guarded answer only requests from the server's own machine, or with " +
		"the administrator's token."
	cfg.OpenAPIPath, cfg.DocsPath, cfg.SchemasPath = "", "", "" // served by us, and from no foreign host
	cfg.CreateHooks = nil                                       // no "$schema" in every answer
	cfg.Transformers = []huma.Transformer{fillInstance}
	cfg.Components.Schemas = huma.NewMapRegistry("#/components/schemas/", schemaName)
	cfg.Components.SecuritySchemes = map[string]*huma.SecurityScheme{adminScheme: {
		Type: "http", Scheme: "bearer", Description: "http.admin_token of the configuration; not needed on the server's own machine",
	}}
	a.huma = humago.New(a.mux, cfg)
	a.registerStreams()
	a.registerEvents()
	a.registerSessions()
	a.registerCameras()
	a.registerSystem()
	addProblemSchema(a.huma.OpenAPI())
	return a, nil
}

// schemaName tells the types of a verdict from ours of the same name.
func schemaName(t reflect.Type, hint string) string {
	name := huma.DefaultSchemaNamer(t, hint)
	if t.PkgPath() == reflect.TypeFor[probe.Verdict]().PkgPath() {
		return "Probe" + name
	}
	return name
}

// Register adds the API, its description and its documentation to a mux.
func (a *API) Register(mux *http.ServeMux) {
	mux.Handle("/v1/", a)
	mux.HandleFunc("GET /openapi.json", a.serveOpenAPI)
	mux.HandleFunc("GET /docs", a.serveDocs)
}

// ServeHTTP answers requests to /v1/.
func (a *API) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if _, pattern := a.mux.Handler(r); pattern == "" {
		httpx.Write(w, r, a.notFound(r))
		return
	}
	// The body is read here and under a deadline of its own: one that stayed on the connection would cancel what takes longer.
	control := http.NewResponseController(w)
	_ = control.SetReadDeadline(time.Now().Add(bodyTimeout)) // a writer without deadlines is a test's
	body, err := httpx.ReadBody(w, r, MaxBodyBytes)
	if err != nil {
		httpx.Write(w, r, err)
		return
	}
	_ = control.SetReadDeadline(time.Time{})
	r.Body = io.NopCloser(bytes.NewReader(body))
	a.mux.ServeHTTP(w, r)
}

// notFound tells a wrong method from a wrong path.
func (a *API) notFound(r *http.Request) *httpx.Problem {
	var allowed []string
	for _, method := range []string{http.MethodGet, http.MethodPost, http.MethodPut, http.MethodDelete} {
		other := r.Clone(r.Context())
		other.Method = method
		if _, pattern := a.mux.Handler(other); pattern != "" {
			allowed = append(allowed, method)
		}
	}
	if len(allowed) == 0 {
		return &httpx.Problem{Status: http.StatusNotFound, Detail: "the API has nothing under this path", Hint: "/docs lists its operations"}
	}
	p := &httpx.Problem{Status: http.StatusMethodNotAllowed, Detail: r.Method + " is not possible here", Hint: "use " + strings.Join(allowed, " or ")}
	return p.WithHeader("Allow", strings.Join(allowed, ", "))
}

const adminScheme = "admin"

// operation describes an operation; guarded ones are for administrators.
func operation(method, path, id, tag, summary string) huma.Operation {
	return huma.Operation{
		Method: method, Path: path, OperationID: id, Summary: summary, Tags: []string{tag},
		MaxBodyBytes: MaxBodyBytes, BodyReadTimeout: -1, // ServeHTTP has bounded both
	}
}

// guarded lets only administrators use the operation.
func (a *API) guarded(op huma.Operation) huma.Operation {
	op.Middlewares = append(op.Middlewares, func(ctx huma.Context, next func(huma.Context)) {
		r, w := humago.Unwrap(ctx)
		httpx.LoopbackOnly(a.options.AdminToken, http.HandlerFunc(func(http.ResponseWriter, *http.Request) { next(ctx) })).ServeHTTP(w, r)
	})
	op.Security = []map[string][]string{{}, {adminScheme: {}}}
	op.Description = strings.TrimSpace(op.Description + " Guarded.")
	return op
}

// handle registers an operation whose errors become problems.
func handle[I, O any](a *API, op huma.Operation, f func(context.Context, *I) (*O, error)) {
	huma.Register(a.huma, op, func(ctx context.Context, in *I) (*O, error) {
		out, err := f(ctx, in)
		if err != nil {
			return nil, problemOf(err)
		}
		return out, nil
	})
}

// fillInstance names the resource in problems, never with its query.
func fillInstance(ctx huma.Context, _ string, v any) (any, error) {
	if p, ok := v.(*httpx.Problem); ok {
		if p.Instance == "" {
			u := ctx.URL()
			p.Instance = u.EscapedPath()
		}
		for key, values := range p.Header {
			for _, value := range values {
				ctx.AppendHeader(key, value)
			}
		}
		ctx.SetHeader("X-Content-Type-Options", "nosniff")
	}
	ctx.SetHeader("Cache-Control", "no-store")
	return v, nil
}

// addProblemSchema describes the body of errors, which huma knows only as an interface.
func addProblemSchema(doc *huma.OpenAPI) {
	text := func(doc string) *huma.Schema { return &huma.Schema{Type: huma.TypeString, Description: doc} }
	doc.Components.Schemas.Map()["Problem"] = &huma.Schema{
		Type: huma.TypeObject, Description: "An error (RFC 9457)", Required: []string{"status", "title"},
		Properties: map[string]*huma.Schema{
			"type": text("kind of problem, as URI; about:blank when it is missing"), "title": text("short summary, the same for every occurrence"),
			"status": {Type: huma.TypeInteger, Description: "HTTP status"}, "detail": text("what happened this time"),
			"instance": text("path of the resource"), "hint": text("what can be done about it"),
			"errors": {Type: huma.TypeArray, Description: "every mistake in the request", Items: &huma.Schema{
				Type: huma.TypeObject, Required: []string{"message"}, Properties: map[string]*huma.Schema{
					"path": text("of the field"), "line": {Type: huma.TypeInteger, Description: "of the configuration file"}, "message": text("what is wrong with it"), "hint": text("what can be done about it"),
				},
			}},
		},
	}
	answer := map[string]*huma.MediaType{httpx.ProblemType: {Schema: &huma.Schema{Ref: "#/components/schemas/Problem"}}}
	for _, item := range doc.Paths {
		for _, op := range []*huma.Operation{item.Get, item.Post, item.Put, item.Delete} {
			if op == nil {
				continue
			}
			for status, r := range op.Responses {
				if status == "default" || cmp.Compare(status, "400") >= 0 {
					r.Content = answer
				}
			}
		}
	}
	delete(doc.Components.Schemas.Map(), "ErrorModel")
	delete(doc.Components.Schemas.Map(), "ErrorDetail")
	slices.SortFunc(doc.Tags, func(a, b *huma.Tag) int { return cmp.Compare(a.Name, b.Name) })
}
