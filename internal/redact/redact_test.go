package redact_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/url"
	"strings"
	"testing"

	"vantage/internal/hint"
	"vantage/internal/redact"
)

func TestURL(t *testing.T) {
	for name, tc := range map[string]struct{ in, want string }{
		"no secret stays as it is":             {"rtsp://192.0.2.7:554/1?channel=2", "rtsp://192.0.2.7:554/1?channel=2"},
		"empty stays empty":                    {"", ""},
		"a password is masked":                 {"rtsp://admin:hunter2@192.0.2.7/1", "rtsp://admin:***@192.0.2.7/1"},
		"an empty password is masked too":      {"rtsp://admin:@192.0.2.7/1", "rtsp://admin:***@192.0.2.7/1"},
		"a user alone may be a token":          {"https://ghp123@example.org/", "https://***@example.org/"},
		"a password with @":                    {"rtsp://admin:a@b@192.0.2.7/1", "rtsp://admin:***@192.0.2.7/1"},
		"a password with slash and hash":       {"rtsp://admin:a/b#c@192.0.2.7/1", "rtsp://admin:***@192.0.2.7/1"},
		"a password that parses as port":       {"rtsp://admin:12?34@192.0.2.7/1", "rtsp://admin:***@192.0.2.7/1"},
		"a password with @ and slash":          {"rtsp://u:a@b/c@192.0.2.7/1", "rtsp://u:***@192.0.2.7/1"},
		"a password with a bad escape":         {"rtsp://u:100%@192.0.2.7/1", "rtsp://u:***@192.0.2.7/1"},
		"no scheme":                            {"admin:pw@192.0.2.7", "admin:***@192.0.2.7"},
		"a token in the query":                 {"https://h/x?a=1&access_token=t0p&b=2", "https://h/x?a=1&access_token=***&b=2"},
		"parameter names in any case":          {"https://h/x?API-KEY=t0p", "https://h/x?API-KEY=***"},
		"an escaped parameter name":            {"https://h/x?to%6ben=t0p", "https://h/x?to%6ben=***"},
		"an undecodable parameter name":        {"https://h/x?to%zz=t0p", "https://h/x?to%zz=***"},
		"an empty token stays empty":           {"https://h/x?token=&a=1", "https://h/x?token=&a=1"},
		"a password in the path (Xiongmai)":    {"rtsp://h:554/user=admin_password=abc_channel=1.sdp", "rtsp://h:554/user=admin_password=***"},
		"a nested address":                     {"http://api/x?src=rtsp://u:pw@cam/1", "http://api/x?src=rtsp:***@cam/1"},
		"a nested escaped address":             {"http://api/x?src=rtsp%3A%2F%2Fu%3Apw%40cam&n=1", "http://api/x?src=***&n=1"},
		"an @ in a path without any password":  {"https://h/@gate", "https://h/@gate"},
		"a password that begins with slashes":  {"admin://x/y@h", "admin:***@h"},
		"an IPv6 host":                         {"rtsp://u:p@[2001:db8::1]:554/1", "rtsp://u:***@[2001:db8::1]:554/1"},
		"a fragment with a token":              {"https://h/#access_token=abc", "https://h/#access_token=***"},
		"a scheme-like password in a bare URL": {"u:p://q@h", "u:***@h"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := redact.URL(tc.in); got != tc.want {
				t.Errorf("URL(%q)\n got %q\nwant %q", tc.in, got, tc.want)
			}
		})
	}
}

func TestText(t *testing.T) {
	in := `get "rtsp://u:p@h/1": dial (http://h/?token=x) refused, see https://h/doc`
	want := `get "rtsp://u:***@h/1": dial (http://h/?token=*** refused, see https://h/doc`
	if got := redact.Text(in); got != want {
		t.Errorf("\n got %s\nwant %s", got, want)
	}
}

func TestSecretTypesMaskThemselves(t *testing.T) {
	const password = "hunter2"
	secret := redact.Secret(password)
	link := redact.SecretURL("rtsp://admin:" + password + "@192.0.2.7/1")
	values := struct {
		S redact.Secret
		U redact.SecretURL
	}{secret, link}

	var log bytes.Buffer
	slog.New(slog.NewJSONHandler(&log, nil)).Info("x", "s", secret, "u", link, "v", values)
	js, err := json.Marshal(values)
	if err != nil {
		t.Fatal(err)
	}
	for _, out := range []string{
		log.String(), string(js), fmt.Sprint(secret, link, values), fmt.Sprintf("%#v %#v %#v", secret, link, values),
		fmt.Sprintf("%d %x %q %s %+v", secret, secret, secret, secret, secret),
		fmt.Sprintf("%d %X %q %s %+v %t", link, link, link, link, link, values), fmt.Sprint(&values),
	} {
		if strings.Contains(out, password) || strings.Contains(out, fmt.Sprintf("%x", password)) {
			t.Errorf("password shows in %s", out)
		}
	}
	if got, want := string(js), `{"S":"***","U":"rtsp://admin:***@192.0.2.7/1"}`; got != want {
		t.Errorf("json: got %s, want %s", got, want)
	}

	t.Run("Reveal gives the true value", func(t *testing.T) {
		if secret.Reveal() != password || !strings.Contains(link.Reveal(), password) {
			t.Error("Reveal does not")
		}
	})
	t.Run("unmarshalling reads the true value", func(t *testing.T) {
		got := values
		if err := json.Unmarshal([]byte(`{"S":"a","U":"rtsp://b:c@d"}`), &got); err != nil {
			t.Fatal(err)
		}
		if got.S.Reveal() != "a" || got.U.Reveal() != "rtsp://b:c@d" {
			t.Errorf("got %q %q", got.S.Reveal(), got.U.Reveal())
		}
	})
	t.Run("an empty secret shows as empty", func(t *testing.T) {
		if got := redact.Secret("").String(); got != "" {
			t.Errorf("got %q", got)
		}
	})
}

func TestSecretURLParse(t *testing.T) {
	u, err := redact.SecretURL("rtsp://admin:pw@192.0.2.7/1").Parse()
	if err != nil {
		t.Fatal(err)
	}
	if pw, _ := u.User.Password(); pw != "pw" {
		t.Errorf("password: got %q", pw)
	}
	for _, bad := range []string{"rtsp://admin:hunter2%@h/", "rtsp://admin:hun/ter2@h/", "rtsp://admin:hunter2#@h/"} {
		_, err := redact.SecretURL(bad).Parse()
		if err == nil {
			t.Errorf("%q: no error", bad)
			continue
		}
		if strings.Contains(err.Error(), "hun") || hint.Of(err) == "" {
			t.Errorf("%q: got %q, hint %q", bad, err, hint.Of(err))
		}
	}
}

// FuzzURL builds addresses around a password of any bytes and looks for the password in what comes out.
func FuzzURL(f *testing.F) {
	for _, pw := range []string{"hunter2", "a@b", "p/w?x#y", "100%", "://", "a:b@c:d", "\x00\xff", "&token=x", "***secret"} {
		f.Add("rtsp", "admin", pw, "192.0.2.7:554", "/1?channel=2")
	}
	f.Fuzz(func(t *testing.T, scheme, user, pw, host, path string) {
		redact.URL(pw) // any text at all
		redact.Text(pw)
		const mark = "Zq7!"
		pw = pw + mark + pw
		if strings.ContainsAny(scheme, ":@/") || strings.ContainsAny(user, ":@") || strings.Contains(scheme+user+host+path, mark) {
			return
		}
		raw := scheme + "://" + user + ":" + pw + "@" + host + path
		if got := redact.URL(raw); strings.Contains(got, mark) {
			t.Fatalf("URL(%q) = %q", raw, got)
		}
		if got := redact.URL(user + ":" + pw + "@" + host + path); strings.Contains(got, mark) {
			t.Fatalf("without scheme: %q", got)
		}
		if _, err := redact.SecretURL(raw).Parse(); err != nil && strings.Contains(err.Error(), mark) {
			t.Fatalf("Parse(%q): %v", raw, err)
		}
		query := scheme + "://" + url.PathEscape(host) + "/?a=1&stream_token=" + url.QueryEscape(pw) + "&b=2"
		if got := redact.URL(query); strings.Contains(got, url.QueryEscape(mark)) {
			t.Fatalf("URL(%q) = %q", query, got)
		}
	})
}
