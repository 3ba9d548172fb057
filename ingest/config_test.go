package ingest_test

import (
	"strings"
	"testing"
	"time"

	"vantage/ingest"
	"vantage/internal/hint"
)

func TestConfigValidate(t *testing.T) {
	sum := strings.Repeat("ab", 32)
	for name, tc := range map[string]struct {
		change func(*ingest.Config)
		want   []string // of the error, in order; none: valid
	}{
		"the default waits for a publisher": {func(*ingest.Config) {}, nil},
		"a camera":                          {func(c *ingest.Config) { c.URL = "rtsp://u:p@192.0.2.7/1" }, nil},
		"a pinned camera": {func(c *ingest.Config) {
			c.URL, c.Fingerprint = "rtsps://192.0.2.7/1", strings.ToUpper(sum[:2])+":"+sum[2:]
		}, nil},
		"a file":                         {func(c *ingest.Config) { c.URL = "file:///srv/loop.mp4" }, nil},
		"no scheme":                      {func(c *ingest.Config) { c.URL = "192.0.2.7/secret" }, []string{"url: has no scheme"}},
		"a scheme that is not known":     {func(c *ingest.Config) { c.URL = "rtmp://h/secret" }, []string{`scheme "rtmp"`}},
		"no host":                        {func(c *ingest.Config) { c.URL = "rtsp:///secret" }, []string{"no host"}},
		"a transport that is not known":  {func(c *ingest.Config) { c.Transport = "sctp" }, []string{"transport"}},
		"a fingerprint that is none":     {func(c *ingest.Config) { c.URL, c.Fingerprint = "rtsps://h/1", "ab" }, []string{"is no SHA-256"}},
		"a fingerprint without TLS":      {func(c *ingest.Config) { c.URL, c.Fingerprint = "rtsp://h/1", sum }, []string{"only rtsps://"}},
		"a linger out of range":          {func(c *ingest.Config) { c.Linger = -1 }, []string{"linger"}},
		"a stall out of range":           {func(c *ingest.Config) { c.StallAfter = time.Millisecond }, []string{"stall_after"}},
		"everything wrong is told whole": {func(c *ingest.Config) { *c = ingest.Config{URL: "x", Linger: 2 * time.Hour} }, []string{"url", "transport", "linger", "stall_after"}},
	} {
		t.Run(name, func(t *testing.T) {
			c := ingest.Default()
			tc.change(&c)
			err := c.Validate()
			if err == nil {
				if tc.want != nil {
					t.Fatalf("no error, want %v", tc.want)
				}
				return
			}
			rest := err.Error()
			for _, w := range tc.want {
				_, after, ok := strings.Cut(rest, w)
				if !ok {
					t.Errorf("got %q, want %v", err, tc.want)
				}
				rest = after
			}
			if len(tc.want) == 0 {
				t.Error(err)
			}
			if hint.Of(err) == "" || strings.Contains(err.Error(), "secret") {
				t.Errorf("%q, hint %q", err, hint.Of(err))
			}
		})
	}
}
