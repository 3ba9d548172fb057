package config

import (
	"net/url"
	"os"
	"path/filepath"
	"testing"
)

// FuzzParse checks that no document panics, that a refused one has located mistakes, and that an accepted one is valid and
// printed in a form that holds no field more.
func FuzzParse(f *testing.F) {
	files, err := filepath.Glob("testdata/*.bad.yml")
	if err != nil {
		f.Fatal(err)
	}
	for _, name := range files {
		text, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text)
	}
	f.Add([]byte(Sample))
	f.Add([]byte("streams: {gate: &a {source: {url: 'rtsp://a:${PW:-b}@h/1'}}, yard: {<<: *a}}"))
	env := func(string) (string, bool) { return "x", true }
	f.Fuzz(func(t *testing.T, data []byte) {
		// Not trusted: a fuzzer that may open files finds pipes and devices, not mistakes. Expansion has its own test.
		c, err := parse(data, "f.yaml", source{lookupEnv: env})
		if err != nil {
			if len(Mistakes(err)) == 0 || c != nil {
				t.Fatalf("%v is no FieldError", err)
			}
			return
		}
		if err := c.Validate(); err != nil {
			t.Fatalf("accepted, but %v", err)
		}
		if _, err := parseYAML([]byte(c.YAML())); err != nil {
			t.Fatalf("printed as what is not YAML: %v\n%s", err, c.YAML())
		}
	})
}

// FuzzParseStream checks that no JSON document panics and that an accepted one is valid.
func FuzzParseStream(f *testing.F) {
	f.Add([]byte(`{"source":{"url":"rtsp://a:b@h/1","transport":"tcp"},"roi":{"strength":0.5},"renditions":{"hd":{"size":"1280x720"}}}`))
	f.Add([]byte(`{"roi":[1,{"a":null}]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		s, err := ParseStream(data, DefaultStream())
		if err == nil {
			c := Default()
			if errs := c.checkStream("streams.a", s); len(errs) > 0 {
				t.Fatal(errs)
			}
		} else if len(Mistakes(err)) == 0 {
			t.Fatalf("%v is no FieldError", err)
		}
	})
}

// FuzzExpand checks that whatever a variable holds, it comes out of a URL's user information as it went in.
func FuzzExpand(f *testing.F) {
	f.Add("rtsp://u:${PW}@h/${PW}", "p@ss/#?")
	f.Add("$${a}${", "")
	f.Fuzz(func(t *testing.T, text, value string) {
		src := source{trusted: true, lookupEnv: func(string) (string, bool) { return value, true }}
		for _, isURL := range []bool{true, false} {
			if got, err := src.expand(text, isURL); err == nil && len(got) > (len(text)+1)*(3*len(value)+1) {
				t.Fatalf("%d bytes grew to %d", len(text), len(got))
			}
		}
		got, err := src.expand("rtsp://u:${PW}@h/x", true)
		if err != nil {
			t.Fatal(err)
		}
		u, err := url.Parse(got)
		if err != nil {
			t.Fatal(err)
		}
		if password, _ := u.User.Password(); password != value || u.Host != "h" || u.Path != "/x" {
			t.Fatalf("%q became %q", value, got)
		}
	})
}
