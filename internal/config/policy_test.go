package config

import (
	"path/filepath"
	"strings"
	"testing"
)

func TestAuth(t *testing.T) {
	a := Auth{Publish: []Grant{{Token: "gates-token", Streams: []string{"gate-*"}}, {Token: "drone-token", Streams: []string{"drone"}}}}
	for name, tc := range map[string]struct {
		got, want bool
	}{
		"the token of a pattern opens what matches":   {a.MayPublish("gate-north", "gates-token"), true},
		"and nothing else":                            {a.MayPublish("drone", "gates-token"), false},
		"a wrong token opens nothing":                 {a.MayPublish("drone", "drone-tokem"), false},
		"no token opens nothing":                      {a.MayPublish("drone", ""), false},
		"an empty list lets anybody":                  {a.MayPlay("drone", ""), true},
		"a grant without a token is good for nothing": {Auth{Play: []Grant{{Streams: []string{"*"}}}}.MayPlay("drone", ""), false},
	} {
		t.Run(name, func(t *testing.T) {
			if tc.got != tc.want {
				t.Errorf("got %v", tc.got)
			}
		})
	}
}

func TestWarnings(t *testing.T) {
	for name, tc := range map[string]struct {
		doc  string
		want []string // the paths
	}{
		"the defaults have none":                                {"", nil},
		"an open listener that takes publishers has one":        {"rtsp: {listen: ':8554'}", []string{"rtsp.listen"}},
		"both of them have two":                                 {"rtsp: {listen: ':8554'}\nhttp: {listen: '0.0.0.0:8080'}", []string{"http.listen", "rtsp.listen"}},
		"tokens make it good":                                   {"rtsp: {listen: ':8554'}\nauth: {publish: [{token: abcdefghij}]}", nil},
		"so does a server that takes no publisher":              {"rtsp: {listen: ':8554'}\npublish: {any_name: false}", nil},
		"a stream that waits for one takes it":                  {"rtsp: {listen: ':8554'}\npublish: {any_name: false}\nstreams: {a: {}}", []string{"rtsp.listen"}},
		"open metrics have one":                                 {"admin: {listen: ':9090'}", []string{"admin.listen"}},
		"a media port that remote viewers cannot reach has one": {"publish: {any_name: false}\nhttp: {listen: ':8080'}\nwebrtc: {udp_listen: '127.0.0.1:8189', tcp_listen: ''}", []string{"webrtc.udp_listen"}},
		"loopback in all its forms is not open":                 {"http: {listen: 'localhost:1'}\nrtsp: {listen: '[::1]:2'}\nadmin: {listen: '127.9.9.9:3'}", nil},
	} {
		t.Run(name, func(t *testing.T) {
			c, err := Parse([]byte(tc.doc))
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, w := range c.Warnings() {
				got = append(got, w.Path)
				if w.Hint == "" || w.Line == 0 {
					t.Errorf("%q lacks a line or a remedy", w)
				}
			}
			if strings.Join(got, " ") != strings.Join(tc.want, " ") {
				t.Errorf("got %v, want %v", got, tc.want)
			}
		})
	}
}

func TestStatePath(t *testing.T) {
	home := t.TempDir()
	for name, tc := range map[string]struct{ set, systemd, xdg, want string }{
		"the configured one wins":   {"/srv/v", "/var/lib/v", "/x", "/srv/v"},
		"then that of systemd":      {"", "/var/lib/v", "/x", "/var/lib/v"},
		"then that of the desktop":  {"", "", "/x", "/x/vantage"},
		"a relative one is none":    {"", "", "x", filepath.Join(home, ".local/state/vantage")},
		"else it is below the home": {"", "", "", filepath.Join(home, ".local/state/vantage")},
	} {
		t.Run(name, func(t *testing.T) {
			t.Setenv("HOME", home)
			t.Setenv("STATE_DIRECTORY", tc.systemd)
			t.Setenv("XDG_STATE_HOME", tc.xdg)
			if got := (&Config{StateDir: tc.set}).StatePath(); got != tc.want {
				t.Errorf("got %q, want %q", got, tc.want)
			}
		})
	}
}
