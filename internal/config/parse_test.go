package config

import (
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"vantage/internal/hint"
	"vantage/media"
	"vantage/transcode"
)

// TestBadFiles compares what is said of every testdata/*.bad.yml with the .txt beside it.
func TestBadFiles(t *testing.T) {
	files, err := filepath.Glob("testdata/*.bad.yml")
	if err != nil || len(files) == 0 {
		t.Fatal("no bad files", err)
	}
	for _, name := range files {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".bad.yml"), func(t *testing.T) {
			c, err := Load(name)
			if err == nil || c != nil {
				t.Fatalf("got %v, %v; want nil and an error", c, err)
			}
			var b strings.Builder
			for _, m := range Mistakes(err) {
				b.WriteString(strings.ReplaceAll(m.Error(), "testdata/", "") + "\n")
				if m.Hint != "" {
					b.WriteString("    hint: " + m.Hint + "\n")
				}
			}
			golden := strings.TrimSuffix(name, ".yml") + ".txt"
			if *update {
				if err := os.WriteFile(golden, []byte(b.String()), 0o644); err != nil { //nolint:gosec // committed file
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if b.String() != string(want) {
				t.Errorf("got\n%s\nwant\n%s", b.String(), want)
			}
		})
	}
}

func TestSampleIsTheDefault(t *testing.T) {
	got, err := Parse([]byte(Sample))
	if err != nil {
		t.Fatal(err)
	}
	if changes := Diff(Default(), got); !changes.Empty() {
		t.Errorf("the sample differs from the defaults: %+v", changes)
	}
	if len(got.Warnings()) > 0 {
		t.Errorf("the sample has warnings: %v", got.Warnings())
	}
}

func TestExamplesOfTheSampleAreGood(t *testing.T) {
	t.Setenv("CAM_PW", "p@ss/word")
	docs := &docReader{structs: map[reflect.Type]map[string]string{}}
	live := strings.NewReplacer(`token: ""`, `token: "0123456789abcdef"`, `admin_"0123456789abcdef"`, `admin_token: ""`,
		`      url: ""`+"\n      # ", `      url: "stun:stun.example:3478"`+"\n      # ").Replace(sampleYAML(t, docs, true))
	c, err := Parse([]byte(live))
	if err != nil {
		t.Fatalf("%v\n%s", err, live)
	}
	if got, want := string(c.Streams["gate-north"].Source.URL), "rtsp://viewer:p%40ss%2Fword@192.0.2.7/1"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestYAMLBlocksOfTheDocsAreGood(t *testing.T) {
	t.Setenv("CAM_PW", "secret")
	for _, page := range []string{"../../docs/config.md"} {
		text, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		blocks := strings.Split(string(text), "```yaml\n")[1:]
		if len(blocks) == 0 {
			t.Errorf("%s has no YAML block", page)
		}
		for _, b := range blocks {
			b, _, _ = strings.Cut(b, "```")
			if _, err := Parse([]byte(b)); err != nil {
				t.Errorf("%s: %v\n%s", page, err, b)
			}
		}
	}
}

func TestLayers(t *testing.T) {
	c, err := Parse([]byte(`
streams:
  gate:
    source: {url: "rtsp://192.0.2.7/1", linger: 1m}
    renditions: {hd: {fps: 15}, sd: {size: 640x360}}
  yard:
defaults:
  source: {transport: tcp}
  renditions: {hd: {size: 1280x720}}
`))
	if err != nil {
		t.Fatal(err)
	}
	gate, yard := c.Streams["gate"], c.Streams["yard"]
	hd := transcode.Default()
	hd.Size = media.Size{WidthPx: 1280, HeightPx: 720}
	for _, tc := range []struct {
		name      string
		got, want any
	}{
		{"the defaults section reaches a stream written above it", gate.Source.Transport, "tcp"},
		{"a stream with nothing behind its name is all defaults", yard.Source.Transport, "tcp"},
		{"what a stream writes wins", gate.Source.Linger, time.Minute},
		{"what it does not keeps the built-in default", gate.Source.StallAfter, 2500 * time.Millisecond},
		{"an inherited rendition is changed field by field", gate.Renditions["hd"].Size, hd.Size},
		{"the change stays in the stream", yard.Renditions["hd"], hd},
		{"and out of the defaults", c.Defaults.Renditions["hd"], hd},
		{"a new rendition begins with the built-in defaults", gate.Renditions["sd"].KeyInterval, hd.KeyInterval},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if !reflect.DeepEqual(tc.got, tc.want) {
				t.Errorf("got %v, want %v", tc.got, tc.want)
			}
		})
	}
}

func TestAnchorsAndMerges(t *testing.T) {
	c, err := Parse([]byte(`
streams:
  gate: &cam
    source: &src {transport: udp, linger: 30s}
  yard:
    <<: *cam
    roi: {strength: 0.2}
  door:
    source: {<<: *src, linger: 5s}
`))
	if err != nil {
		t.Fatal(err)
	}
	if got := c.Streams["yard"]; got.Source.Transport != "udp" || got.ROI.Strength != 0.2 {
		t.Errorf("merged stream: got %+v", got)
	}
	if got := c.Streams["door"].Source; got.Transport != "udp" || got.Linger != 5*time.Second {
		t.Errorf("merged source: got %+v", got)
	}
}

func TestSecretFile(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("token", "0123456789abcdef\n")
	write("url", "rtsp://a:b@192.0.2.7/1\r\n")
	write("vantage.yaml", "http: {admin_token_file: token}\nstreams: {gate: {source: {url_file: ./url}}}\n")
	c, err := Load(filepath.Join(dir, "vantage.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	if got := c.HTTP.AdminToken.Reveal(); got != "0123456789abcdef" {
		t.Errorf("token: got %q", got)
	}
	if got := string(c.Streams["gate"].Source.URL); got != "rtsp://a:b@192.0.2.7/1" {
		t.Errorf("url: got %q", got)
	}
	if shown := c.YAML(); strings.Contains(shown, "0123456789abcdef") || strings.Contains(shown, "a:b@") {
		t.Errorf("the printed configuration shows a secret:\n%s", shown)
	}
}

func TestMistakeNeverShowsASecret(t *testing.T) {
	_, err := Parse([]byte("defaults: {source: {url: 'rtsp://admin:hunter2@h/1'}}\nhttp: {admin_token: hunter2}\n"))
	if err == nil || strings.Contains(err.Error()+hint.Of(err), "hunter2") {
		t.Errorf("got %v", err)
	}
}

func TestLoadOfAMissingFile(t *testing.T) {
	_, err := Load(filepath.Join(t.TempDir(), "none.yaml"))
	if !errors.Is(err, os.ErrNotExist) || !strings.Contains(hint.Of(err), "config print --defaults") {
		t.Errorf("got %v, hint %q", err, hint.Of(err))
	}
}

func TestPrintedConfigurationIsReadAgain(t *testing.T) {
	c, err := Parse([]byte("streams: {gate: {source: {url: 'rtsp://192.0.2.7/1'}, renditions: {hd: {size: 1280x720}}}}\nauth: {play: [{token: abcdefghij}]}"))
	if err != nil {
		t.Fatal(err)
	}
	again, err := Parse([]byte(strings.ReplaceAll(c.YAML(), `"***"`, "abcdefghij")))
	if err != nil {
		t.Fatalf("%v\n%s", err, c.YAML())
	}
	if d := Diff(c, again); !d.Empty() {
		t.Errorf("differs: %+v\n%s", d, c.YAML())
	}
}

func TestParseStream(t *testing.T) {
	defaults := DefaultStream()
	defaults.Source.Transport = "tcp"
	for name, tc := range map[string]struct {
		doc, want string // want is part of the error; "" is none
	}{
		"a stream is read onto the defaults":  {`{"source":{"url":"rtsp://192.0.2.7/1","on_demand":true},"roi":{"strength":0.25}}`, ""},
		"an empty object is all defaults":     {`{}`, ""},
		"a variable is plain text":            {`{"source":{"url":"rtsp://192.0.2.7/${HOME}"}}`, ""},
		"an unknown key is told with nearest": {`{"sourc":{}}`, `unknown key "sourc"`},
		"files are not read":                  {`{"source":{"url_file":"/etc/passwd"}}`, "files are not read"},
		"a wrong type is told with its path":  {`{"roi":{"strength":"much"}}`, "roi.strength"},
		"a value out of range is told":        {`{"roi":{"strength":7}}`, "roi.strength"},
		"a key given twice is refused":        {`{"roi":{},"roi":{}}`, "twice"},
		"text that is not JSON is refused":    {`{"roi":`, "not JSON"},
		"more than one value is refused":      {`{} {}`, "more after the end"},
		"a list is refused":                   {`[]`, "want a mapping"},
		"deep nesting is refused":             {strings.Repeat(`{"a":`, 200), "nested deeper"},
	} {
		t.Run(name, func(t *testing.T) {
			s, err := ParseStream([]byte(tc.doc), defaults)
			switch {
			case tc.want == "" && err != nil:
				t.Error(err)
			case tc.want == "" && s.Source.Transport != "tcp":
				t.Errorf("got %+v", s)
			case tc.want != "" && (err == nil || !strings.Contains(err.Error(), tc.want)):
				t.Errorf("got %v, want %q in it", err, tc.want)
			case tc.want != "" && len(Mistakes(err)) == 0:
				t.Errorf("%v has no FieldError", err)
			}
		})
	}
}

func TestRenamedFieldKeepsWorking(t *testing.T) {
	type section struct {
		Name string `yaml:"name" config:"was=title"`
	}
	for name, tc := range map[string]struct{ doc, want, warning, mistake string }{
		"the old name sets the field and warns": {"title: a", "a", "is now called name", ""},
		"the new name is silent":                {"name: a", "a", "", ""},
		"both are a mistake":                    {"name: a\ntitle: b", "a", "", "given too"},
	} {
		t.Run(name, func(t *testing.T) {
			root, err := parseYAML([]byte(tc.doc))
			if err != nil {
				t.Fatal(err)
			}
			var s section
			d := &decoder{lines: map[string]int{}}
			d.decode("", root, reflect.ValueOf(&s).Elem(), field{})
			if s.Name != tc.want {
				t.Errorf("got %q, want %q", s.Name, tc.want)
			}
			if got := len(d.warnings) > 0; got != (tc.warning != "") || got && !strings.Contains(d.warnings[0].String(), tc.warning) {
				t.Errorf("warnings %v, want %q", d.warnings, tc.warning)
			}
			if err := errors.Join(d.errs...); (err != nil) != (tc.mistake != "") || err != nil && !strings.Contains(err.Error(), tc.mistake) {
				t.Errorf("mistakes %v, want %q", err, tc.mistake)
			}
		})
	}
}

func TestExpand(t *testing.T) {
	env := map[string]string{"A": "x", "PW": "p@s/s:#w d", "EMPTY": ""}
	src := source{trusted: true, lookupEnv: func(n string) (string, bool) { v, ok := env[n]; return v, ok }}
	for name, tc := range map[string]struct {
		text  string
		isURL bool
		want  string // "" is an error
	}{
		"text without a variable stays":                  {"a$b{c}", false, "a$b{c}"},
		"a variable is replaced":                         {"<${A}${A}>", false, "<xx>"},
		"a doubled dollar is a plain one":                {"$${A}", false, "${A}"},
		"a fallback stands in for a missing one":         {"${B:-y}", false, "y"},
		"a set variable wins over the fallback":          {"${A:-y}", false, "x"},
		"an empty variable is set":                       {"<${EMPTY}>", false, "<>"},
		"a missing one is an error":                      {"${B}", false, ""},
		"an unclosed one is an error":                    {"${A", false, ""},
		"a password in a URL is escaped":                 {"rtsp://u:${PW}@h/1", true, "rtsp://u:p%40s%2Fs%3A%23w%20d@h/1"},
		"so is a fallback":                               {"rtsp://u:${B:-p@s/s}@h/1", true, "rtsp://u:p%40s%2Fs@h/1"},
		"an '@' in the path ends no user information":    {"rtsp://h/${PW}@2x", true, "rtsp://h/p@s/s:#w d@2x"},
		"the rest of a URL is not":                       {"rtsp://u@h/${PW}", true, "rtsp://u@h/p@s/s:#w d"},
		"a password in what is no URL field stays as is": {"${PW}", false, "p@s/s:#w d"},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := src.expand(tc.text, tc.isURL)
			if (err != nil) != (tc.want == "") || got != tc.want {
				t.Errorf("got %q, %v; want %q", got, err, tc.want)
			}
		})
	}
}

func TestNearest(t *testing.T) {
	words := []string{"source", "renditions", "roi", "transport", "on_demand"}
	for in, want := range map[string]string{"sorce": "source", "soruce": "source", "rendition": "renditions", "ROI": "", "tranpsort": "transport",
		"ondemand": "on_demand", "bananas": "", "": "", strings.Repeat("x", 500): ""} {
		if got := nearest(in, words); got != want {
			t.Errorf("nearest to %.20q: got %q, want %q", in, got, want)
		}
	}
}
