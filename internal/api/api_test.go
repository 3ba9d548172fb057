package api_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"reflect"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"vantage/internal/api"
	"vantage/internal/hint"
	"vantage/internal/httpx"
)

var update = flag.Bool("update", false, "write docs/api/openapi.json anew")

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const token = "0123456789abcdef"

func newMux(t *testing.T, f *fake, adminToken string) *http.ServeMux {
	t.Helper()
	a, err := api.New(api.Options{Backend: f.backend(), AdminToken: adminToken, Version: api.Version{Version: "1.2.3", Go: "go1.26"}})
	if err != nil {
		t.Fatal(err)
	}
	mux := http.NewServeMux()
	a.Register(mux)
	return mux
}

// call makes a request from this machine.
func call(mux http.Handler, method, path, body string, headers ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, "http://127.0.0.1:8080"+path, strings.NewReader(body))
	r.RemoteAddr = "127.0.0.1:50000"
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	if host := r.Header.Get("Host"); host != "" {
		r.Host = host
	}
	w := httptest.NewRecorder()
	mux.ServeHTTP(w, r)
	return w
}

func TestOperations(t *testing.T) {
	const stream = `{"name":"yard","source":{"url":"rtsp://a:hunter2@192.0.2.8/1","on_demand":true},"renditions":{"hd":{"size":"1280x720"}}}`
	for name, tc := range map[string]struct {
		method, path, body string
		status             int
		want               string // part of the body
	}{
		"the version is told":                       {"GET", "/v1/version", "", 200, `"version":"1.2.3","revision":"","go":"go1.26","ffmpeg":""`},
		"streams are listed":                        {"GET", "/v1/streams", "", 200, `{"streams":[{"name":"gate"`},
		"a stream is shown":                         {"GET", "/v1/streams/gate", "", 200, `"tracks":[],"renditions":[]`},
		"an unknown stream is 404 with a remedy":    {"GET", "/v1/streams/door", "", 404, `"hint":"GET /v1/streams lists them"`},
		"a stream is added":                         {"POST", "/v1/streams", stream, 201, `"name":"yard"`},
		"it begins with the server's defaults":      {"POST", "/v1/streams", stream, 201, `"type":"tcp"`},
		"one that exists is a conflict":             {"POST", "/v1/streams", `{"name":"gate"}`, 409, `"hint":"choose another name"`},
		"a stream is put":                           {"PUT", "/v1/streams/yard", `{"roi":{"strength":0.1}}`, 201, `"name":"yard"`},
		"one of the configuration is a conflict":    {"PUT", "/v1/streams/gate", `{}`, 409, "exists"},
		"a stream is removed":                       {"DELETE", "/v1/streams/gate", "", 204, ""},
		"an unknown one is not":                     {"DELETE", "/v1/streams/door", "", 404, "no such stream"},
		"a name is needed":                          {"POST", "/v1/streams", `{"source":{}}`, 422, `"detail":"name: is missing"`},
		"a bad name is told":                        {"POST", "/v1/streams", `{"name":"../etc"}`, 422, "no stream name"},
		"a name that is no text is told":            {"POST", "/v1/streams", `{"name":7}`, 422, "no stream name"},
		"an unknown key is told with the nearest":   {"POST", "/v1/streams", `{"name":"a","sorce":{}}`, 422, `did you mean \"source\"?`},
		"all mistakes are told":                     {"POST", "/v1/streams", `{"name":"a","roi":{"strength":9,"max_age":"1ms"}}`, 422, `(and `},
		"each with its path":                        {"PUT", "/v1/streams/a", `{"roi":{"strength":9}}`, 422, `"path":"roi.strength"`},
		"what is not JSON is told":                  {"POST", "/v1/streams", `{"name":`, 400, "not JSON"},
		"a list is no stream":                       {"POST", "/v1/streams", `[]`, 400, "not a JSON object"},
		"no body is no stream":                      {"POST", "/v1/streams", "", 400, "body"},
		"a put list is told too":                    {"PUT", "/v1/streams/a", `[]`, 422, "want a mapping"},
		"a body over the limit is refused":          {"POST", "/v1/streams", `{"name":"` + strings.Repeat("x", api.MaxBodyBytes) + `"}`, 413, "65536"},
		"a path trick is no stream":                 {"GET", "/v1/streams/..%2f..%2fetc", "", 422, "stream name"},
		"a name in capitals is no stream":           {"GET", "/v1/streams/GATE", "", 422, "stream name"},
		"an unknown path is a problem":              {"GET", "/v1/nothing", "", 404, `"hint":"/docs`},
		"a wrong method is told":                    {"PATCH", "/v1/streams", "", 405, "use GET or POST"},
		"a picture is given":                        {"GET", "/v1/streams/gate/snapshot.jpg?width=320", "", 200, "\xff\xd8\xff"},
		"a negative width is refused":               {"GET", "/v1/streams/gate/snapshot.jpg?width=-1", "", 422, `"path":"width"`},
		"there is no picture of an unknown stream":  {"GET", "/v1/streams/door/snapshot.jpg", "", 404, "no such stream"},
		"sessions are listed":                       {"GET", "/v1/sessions", "", 200, `"rtt_ms":12.5`},
		"a session is ended":                        {"DELETE", "/v1/sessions/s1", "", 204, ""},
		"an unknown one is not ended":               {"DELETE", "/v1/sessions/s2", "", 404, "no such session"},
		"a source is probed":                        {"POST", "/v1/probe", `{"url":"rtsp://192.0.2.8/1","duration":"2s"}`, 200, `"reachable":true`},
		"a probe needs an address":                  {"POST", "/v1/probe", `{}`, 422, "url"},
		"a probe takes no other scheme":             {"POST", "/v1/probe", `{"url":"file:///etc/passwd"}`, 422, "no RTSP address"},
		"a probe is bounded in time":                {"POST", "/v1/probe", `{"url":"rtsp://h/1","duration":"10m"}`, 422, "use 1s to 30s"},
		"a probe knows its transports":              {"POST", "/v1/probe", `{"url":"rtsp://h/1","transport":"pigeon"}`, 422, `"path":"transport"`},
		"a span that is none is told":               {"POST", "/v1/probe", `{"url":"rtsp://h/1","duration":"soon"}`, 422, `"path":"duration"`},
		"a secret in a bad request is not repeated": {"POST", "/v1/probe", `{"url":"rtsp://a:hunter2@h/1","nope":1}`, 422, `"path":"nope"`},
		"cameras are looked for":                    {"POST", "/v1/discover", `{"timeout":"1s"}`, 200, `{"cameras":[]}`},
		"they are without a body too":               {"POST", "/v1/discover", "", 200, `{"cameras":[]}`},
		"but not forever":                           {"POST", "/v1/discover", `{"timeout":"5m"}`, 422, "use 500ms to 30s"},
		"a camera is asked for profiles":            {"POST", "/v1/discover/profiles", `{"xaddr":"http://192.0.2.8/onvif/device_service"}`, 200, `"token":"p1"`},
		"but not by another scheme":                 {"POST", "/v1/discover/profiles", `{"xaddr":"file:///etc/passwd"}`, 422, "no HTTP address"},
		"the configuration is reloaded":             {"POST", "/v1/reload", "", 200, `"added":["yard"],"removed":[],"changed":[{"name":"gate","source":true,"roi":false,"renditions":[]}],"live":[],"restart":[],"warnings":[{"path":"rtsp.listen","line":3,"message":"open"}]`},
		"the machine is examined":                   {"GET", "/v1/doctor", "", 200, `"encoder":"libx264","codec":"h264"`},
	} {
		t.Run(name, func(t *testing.T) {
			w := call(newMux(t, newFake(), ""), tc.method, tc.path, tc.body)
			if w.Code != tc.status || !strings.Contains(w.Body.String(), tc.want) {
				t.Fatalf("got %d %s, want %d with %q", w.Code, w.Body, tc.status, tc.want)
			}
			if strings.Contains(w.Body.String(), "hunter2") {
				t.Errorf("the answer shows a secret: %s", w.Body)
			}
			if w.Code < 400 {
				return
			}
			if got := w.Header().Get("Content-Type"); got != httpx.ProblemType {
				t.Errorf("content type %q", got)
			}
			var p struct {
				Status                  int
				Title, Detail, Instance string
			}
			if err := json.Unmarshal(w.Body.Bytes(), &p); err != nil || p.Status != tc.status || p.Title == "" || p.Detail == "" || !strings.HasPrefix(p.Instance, "/v1/") {
				t.Errorf("is no whole problem: %+v, %v", p, err)
			}
		})
	}
}

func TestWhatIsSavedIsWhatWasSent(t *testing.T) {
	f := newFake()
	mux := newMux(t, f, "")
	w := call(mux, "POST", "/v1/streams", "{ \"name\": \"yard\",\n\t\"source\": {\"url\": \"rtsp://a:${PW}@h/1\"} }")
	if got, want := f.docs["yard"], `{"source":{"url":"rtsp://a:${PW}@h/1"}}`; w.Code != 201 || got != want {
		t.Errorf("got %d, %s; want %s", w.Code, got, want)
	}
	if got := w.Header().Get("Location"); got != "/v1/streams/yard" {
		t.Errorf("location %q", got)
	}
	if spec, ok := f.asked.(api.Spec); !ok || spec.Stream.Source.Transport != "tcp" || string(spec.Stream.Source.URL) != "rtsp://a:${PW}@h/1" {
		t.Errorf("got %+v", f.asked)
	}
	if w := call(mux, "PUT", "/v1/streams/yard", ` {"roi" : {} } `); w.Code != 200 || f.docs["yard"] != `{"roi":{}}` {
		t.Errorf("got %d, %s", w.Code, f.docs["yard"])
	}
}

func TestGuard(t *testing.T) {
	remote := []string{"Host", "vantage.example"}
	for name, tc := range map[string]struct {
		adminToken, method, path, body string
		headers                        []string
		status                         int
	}{
		"reading needs no token":                  {"", "GET", "/v1/streams", "", remote, 200},
		"adding does":                             {"", "POST", "/v1/streams", `{"name":"yard"}`, remote, 403},
		"so does putting":                         {"", "PUT", "/v1/streams/yard", `{}`, remote, 403},
		"and removing":                            {"", "DELETE", "/v1/streams/gate", "", remote, 403},
		"and probing":                             {"", "POST", "/v1/probe", `{"url":"rtsp://h/1"}`, remote, 403},
		"and discovery":                           {"", "POST", "/v1/discover", "", remote, 403},
		"and asking cameras":                      {"", "POST", "/v1/discover/profiles", `{"xaddr":"http://h/"}`, remote, 403},
		"and the sessions":                        {"", "GET", "/v1/sessions", "", remote, 403},
		"and ending them":                         {"", "DELETE", "/v1/sessions/s1", "", remote, 403},
		"and reloading":                           {"", "POST", "/v1/reload", "", remote, 403},
		"and the doctor":                          {"", "GET", "/v1/doctor", "", remote, 403},
		"bad input of a stranger is not read":     {"", "POST", "/v1/streams", `{"name":`, remote, 403},
		"a page of another site is a stranger":    {"", "POST", "/v1/discover", "", []string{"Origin", "https://evil.example"}, 403},
		"the token lets in":                       {token, "DELETE", "/v1/streams/gate", "", append(remote, "Authorization", "Bearer "+token), 204},
		"a wrong one does not":                    {token, "DELETE", "/v1/streams/gate", "", append(remote, "Authorization", "Bearer x"), 401},
		"with a token set a stranger is asked":    {token, "DELETE", "/v1/streams/gate", "", remote, 401},
		"without a token set none lets in":        {"", "DELETE", "/v1/streams/gate", "", append(remote, "Authorization", "Bearer "), 403},
		"this machine needs no token even if set": {token, "DELETE", "/v1/streams/gate", "", nil, 204},
	} {
		t.Run(name, func(t *testing.T) {
			w := call(newMux(t, newFake(), tc.adminToken), tc.method, tc.path, tc.body, tc.headers...)
			if w.Code != tc.status {
				t.Errorf("got %d %s, want %d", w.Code, w.Body, tc.status)
			}
		})
	}
}

func TestErrorsOfTheBackend(t *testing.T) {
	for name, tc := range map[string]struct {
		err    error
		status int
		want   string
	}{
		"one for people is told with its remedy": {hint.New(io.ErrUnexpectedEOF, "try again"), 500, `"hint":"try again"`},
		"one that may name files is not":         {errSecret, 500, "its log says why"},
		"a problem is told as it is":             {httpx.Errorf(http.StatusServiceUnavailable, "busy"), 503, `"detail":"busy"`},
		"the remedy around a problem is told":    {hint.New(httpx.Errorf(503, "busy"), "wait"), 503, `"hint":"wait"`},
		"time that ran out is 503":               {context.DeadlineExceeded, 503, "too long"},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFake()
			f.err = tc.err
			w := call(newMux(t, f, ""), "GET", "/v1/doctor", "")
			if w.Code != tc.status || !strings.Contains(w.Body.String(), tc.want) || strings.Contains(w.Body.String(), "secret") {
				t.Errorf("got %d %s", w.Code, w.Body)
			}
		})
	}
}

func TestEventStreams(t *testing.T) {
	f := newFake()
	s := httptest.NewServer(newMux(t, f, ""))
	defer s.Close()
	stream := f.streams["gate"]
	f.events <- api.StreamEvent{Stream: &stream}
	f.events <- api.StreamEvent{Removed: "gate"}
	f.plans <- api.Plan{PTS: 90000, Cols: 2, Rows: 1, Block: 16, Offsets: []byte{0xff, 1}, Objects: []api.Object{}}
	for path, want := range map[string][]string{
		"/v1/events":               {`event: stream`, `data: {"name":"gate"`, `event: removed`, `data: {"name":"gate"}`},
		"/v1/streams/gate/regions": {`event: plan`, `data: {"pts":90000,"width":0,"height":0,"block":16,"cols":2,"rows":1,"offsets":"/wE=","objects":[]}`},
	} {
		t.Run(path, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
			defer cancel()
			r, err := http.NewRequestWithContext(ctx, http.MethodGet, s.URL+path, nil)
			if err != nil {
				t.Fatal(err)
			}
			resp, err := s.Client().Do(r)
			if err != nil {
				t.Fatal(err)
			}
			defer resp.Body.Close()
			if got := resp.Header.Get("Content-Type"); got != "text/event-stream" {
				t.Errorf("content type %q", got)
			}
			lines := bufio.NewScanner(resp.Body)
			for _, w := range want {
				for lines.Scan() && (lines.Text() == "" || strings.HasPrefix(lines.Text(), ":")) {
				}
				if !strings.HasPrefix(lines.Text(), w) {
					t.Fatalf("got %q, want %q", lines.Text(), w)
				}
			}
		})
	}
	w := call(newMux(t, f, ""), "GET", "/v1/streams/door/regions", "")
	if w.Code != http.StatusNotFound {
		t.Errorf("regions of an unknown stream: got %d", w.Code)
	}
	s.CloseClientConnections()
	deadline := time.Now().Add(5 * time.Second)
	for {
		f.mu.Lock()
		closed := f.closed
		f.mu.Unlock()
		if closed == 2 {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("%d of 2 watches were closed after their clients left", closed)
		}
		time.Sleep(5 * time.Millisecond)
	}
}

func TestEventStreamEndsWithItsWatch(t *testing.T) {
	f := newFake()
	close(f.events)
	if w := call(newMux(t, f, ""), "GET", "/v1/events", ""); w.Code != 200 || f.closed != 1 {
		t.Errorf("got %d, closed %d", w.Code, f.closed)
	}
}

func TestOpenAPI(t *testing.T) {
	const name = "../../docs/api/openapi.json"
	got := call(newMux(t, newFake(), ""), "GET", "/openapi.json", "").Body.Bytes()
	if *update {
		if err := os.WriteFile(name, got, 0o644); err != nil { //nolint:gosec // committed file
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s is out of date: run 'go test ./internal/api -run TestOpenAPI -update'", name)
	}
	var doc struct {
		OpenAPI string
		Paths   map[string]map[string]struct{ Security []any }
	}
	if err := json.Unmarshal(got, &doc); err != nil || !strings.HasPrefix(doc.OpenAPI, "3.1") {
		t.Fatalf("version %q, %v", doc.OpenAPI, err)
	}
	operations := 0
	for path, item := range doc.Paths {
		for method, op := range item {
			operations++
			if method != "get" && len(op.Security) == 0 {
				t.Errorf("%s %s changes something and is not guarded", method, path)
			}
		}
	}
	if operations != 16 {
		t.Errorf("%d operations are described; TestOperations is to know them all", operations)
	}
	for _, dangling := range danglingRefs(t, got) {
		t.Errorf("the description has no %s", dangling)
	}
}

// danglingRefs returns the $refs that lead nowhere.
func danglingRefs(t *testing.T, text []byte) []string {
	t.Helper()
	var doc any
	if err := json.Unmarshal(text, &doc); err != nil {
		t.Fatal(err)
	}
	var missing []string
	var walk func(v any)
	walk = func(v any) {
		switch v := v.(type) {
		case map[string]any:
			if ref, ok := v["$ref"].(string); ok {
				target := doc
				for _, key := range strings.Split(strings.TrimPrefix(ref, "#/"), "/") {
					m, _ := target.(map[string]any)
					target = m[key]
				}
				if target == nil {
					missing = append(missing, ref)
				}
			}
			for _, child := range v {
				walk(child)
			}
		case []any:
			for _, child := range v {
				walk(child)
			}
		}
	}
	walk(doc)
	return missing
}

func TestDocsPageNeedsNoOtherHost(t *testing.T) {
	w := call(newMux(t, newFake(), ""), "GET", "/docs", "")
	if body := w.Body.String(); w.Code != 200 || !strings.Contains(body, "/v1/streams/{name}/regions") || strings.Contains(body, "https://") || strings.Contains(body, "<script") {
		t.Errorf("got %d %s", w.Code, body)
	}
}

func TestBackendMustBeWhole(t *testing.T) {
	b := newFake().backend()
	for i := range reflect.TypeFor[api.Backend]().NumField() {
		part := b
		reflect.ValueOf(&part).Elem().Field(i).SetZero()
		if _, err := api.New(api.Options{Backend: part}); err == nil {
			t.Errorf("a backend without %s was taken", reflect.TypeFor[api.Backend]().Field(i).Name)
		}
	}
}
