package obs

import (
	"fmt"
	"io"
	"log/slog"
	"net/url"
	"strings"

	"vantage/internal/hint"
	"vantage/internal/redact"
)

// NewLogger returns a logger that writes to w, as "json" or else as text, and masks secrets. The level may change while it is
// used.
func NewLogger(w io.Writer, format string, level slog.Leveler) *slog.Logger {
	options := &slog.HandlerOptions{Level: level, ReplaceAttr: Mask}
	if format == "json" {
		return slog.New(slog.NewJSONHandler(w, options))
	}
	return slog.New(slog.NewTextHandler(w, options))
}

// ParseLevel reads debug, info, warn or error.
func ParseLevel(s string) (slog.Level, error) {
	var l slog.Level
	if err := l.UnmarshalText([]byte(s)); err != nil {
		return 0, hint.New(fmt.Errorf("log level %q is not known", s), "use debug, info, warn or error")
	}
	return l, nil
}

// secretKeys are the attributes whose value is never shown, whole or as the last part of a key such as "admin_token".
var secretKeys = []string{"token", "secret", "password", "credential", "authorization", "cookie"}

// Mask hides secrets in an attribute; it has the form of slog.HandlerOptions.ReplaceAttr. Values that a person called a
// secret go whole; in all other text, the message included, it masks the credentials in addresses.
func Mask(_ []string, a slog.Attr) slog.Attr {
	key := strings.ToLower(a.Key)
	for _, s := range secretKeys {
		if strings.HasSuffix(key, s) {
			if a.Value.Kind() == slog.KindString && a.Value.String() == "" {
				return a // told apart from one that is set
			}
			return slog.String(a.Key, redact.Mask)
		}
	}
	switch a.Value.Kind() {
	case slog.KindString:
		a.Value = slog.StringValue(redact.Text(a.Value.String()))
	case slog.KindAny:
		switch v := a.Value.Any().(type) {
		case error:
			a.Value = slog.StringValue(redact.Text(v.Error()))
		case *url.URL:
			a.Value = slog.StringValue(redact.URL(v.String()))
		case fmt.Stringer:
			a.Value = slog.StringValue(redact.Text(v.String()))
		case []string:
			masked := make([]string, len(v))
			for i := range v {
				masked[i] = redact.Text(v[i])
			}
			a.Value = slog.AnyValue(masked)
		case []byte:
			a.Value = slog.StringValue(redact.Text(string(v)))
		}
	}
	return a
}
