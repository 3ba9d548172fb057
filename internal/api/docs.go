package api

import (
	"bytes"
	_ "embed" // the page's template
	"encoding/json"
	"html/template"
	"maps"
	"net/http"
	"slices"

	"github.com/danielgtaylor/huma/v2"
)

//go:embed docs.html
var docsPage string

var docsTemplate = template.Must(template.New("docs").Parse(docsPage))

// OpenAPI returns the description of the API, OpenAPI 3.1 as indented JSON.
func (a *API) OpenAPI() ([]byte, error) {
	text, err := json.Marshal(a.huma.OpenAPI())
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	if err := json.Indent(&b, text, "", "  "); err != nil {
		return nil, err
	}
	b.WriteByte('\n')
	return b.Bytes(), nil
}

func (a *API) serveOpenAPI(w http.ResponseWriter, _ *http.Request) {
	text, err := a.OpenAPI()
	if err != nil {
		panic("api: its description is not JSON: " + err.Error()) // it does not depend on the request, and a test makes it
	}
	w.Header().Set("Content-Type", "application/openapi+json")
	_, _ = w.Write(text) // a client that has left is no error of ours
}

// serveDocs lists the operations on a page that needs nothing from another host, since many servers have no way out.
func (a *API) serveDocs(w http.ResponseWriter, _ *http.Request) {
	type section struct {
		Tag        string
		Operations []*huma.Operation
	}
	var sections []section
	doc := a.huma.OpenAPI()
	for _, path := range slices.Sorted(maps.Keys(doc.Paths)) {
		item := doc.Paths[path]
		for _, op := range []*huma.Operation{item.Get, item.Post, item.Put, item.Delete} {
			if op == nil {
				continue
			}
			i := slices.IndexFunc(sections, func(s section) bool { return s.Tag == op.Tags[0] })
			if i < 0 {
				i, sections = len(sections), append(sections, section{Tag: op.Tags[0]})
			}
			sections[i].Operations = append(sections[i].Operations, op)
		}
	}
	var b bytes.Buffer
	if err := docsTemplate.Execute(&b, map[string]any{"Info": doc.Info, "Sections": sections}); err != nil {
		panic("api: docs page: " + err.Error()) // as above
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'")
	_, _ = w.Write(b.Bytes())
}
