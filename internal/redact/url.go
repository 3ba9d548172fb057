package redact

import (
	"net/url"
	"slices"
	"strings"
)

// Mask stands for what was hidden.
const Mask = "***"

// sensitive are the words that make a parameter's value a secret, wherever they occur in its name, in lower case:
// access_token, api-key, X-Amz-Signature, pwd, …
var sensitive = [...]string{"token", "secret", "pass", "pwd", "auth", "key", "sig", "cred", "jwt", "session"}

// schemes are those that we expect in front of "://"; any other name there may be a user's.
var schemes = [...]string{"rtsp", "rtsps", "rtmp", "rtmps", "http", "https", "ws", "wss", "srt", "udp", "rtp", "file", "synth"}

// URL returns the address with its password and the values of token-like parameters masked; the user name stays, for it
// tells a person which account was refused. A user information without a password is masked whole, because it may be
// a token.
//
// It works on the text, not on a parsed URL: a password with an unescaped '/', '?', '#' or '@' does not parse, or worse,
// parses with the password as something else. So all from the first ':' to the last '@' is hidden.
func URL(s string) string {
	scheme, rest, ok := strings.Cut(s, "://")
	if ok && !strings.ContainsAny(scheme, ":@") {
		scheme += "://"
	} else {
		scheme, rest = "", s
	}
	at := strings.LastIndexByte(rest, '@')
	if at < 0 {
		return scheme + params(rest)
	}
	user, host := rest[:at], params(rest[at+1:])
	if colon := strings.IndexByte(user, ':'); colon >= 0 {
		return scheme + params(user[:colon]) + ":" + Mask + "@" + host
	}
	if !strings.ContainsAny(user, "/?#") {
		return scheme + Mask + "@" + host
	}
	if name := strings.TrimSuffix(scheme, "://"); name != scheme && !slices.Contains(schemes[:], strings.ToLower(name)) {
		return name + ":" + Mask + "@" + host // a user "name" whose password begins with "//"
	}
	return scheme + params(rest) // an '@' in a path or a query
}

// params masks the secret values of name=value pairs. It looks at the path too: Xiongmai cameras take
// "/user=admin_password=…_channel=1.sdp". A value ends at '&' or ';' and nowhere else, since it may be unescaped.
func params(s string) string {
	var b strings.Builder
	for {
		eq := strings.IndexByte(s, '=')
		if eq < 0 {
			b.WriteString(s)
			return b.String()
		}
		name := s[:eq]
		b.WriteString(s[:eq+1])
		s = s[eq+1:]
		if cut := strings.LastIndexAny(name, "/?&;#"); cut >= 0 {
			name = name[cut+1:]
		}
		end := strings.IndexAny(s, "&;")
		if end < 0 {
			end = len(s)
		}
		if end > 0 && (isSensitive(name) || hidesUserinfo(s[:end])) {
			b.WriteString(Mask)
			s = s[end:]
		}
	}
}

func isSensitive(name string) bool {
	plain, err := url.QueryUnescape(name)
	if err != nil {
		return true
	}
	plain = strings.ToLower(plain)
	for _, word := range sensitive {
		if strings.Contains(plain, word) {
			return true
		}
	}
	return false
}

// hidesUserinfo reports whether the value is an escaped address with a password: ?src=rtsp%3A%2F%2Fadmin%3Apw%40cam.
func hidesUserinfo(value string) bool {
	plain, err := url.QueryUnescape(value)
	return err == nil && strings.Contains(plain, "://") && strings.Contains(plain, "@")
}

// Text masks, as [URL] does, every address with a scheme in a message, such as the error of a library that quotes the
// address it was given. An address ends at white space or a quotation mark.
func Text(s string) string {
	var b strings.Builder
	for {
		mark := strings.Index(s, "://")
		if mark < 0 {
			b.WriteString(s)
			return b.String()
		}
		start := strings.LastIndexAny(s[:mark], " \t\r\n\"'`<>(") + 1
		end := strings.IndexAny(s[mark:], " \t\r\n\"'`<>")
		if end < 0 {
			end = len(s)
		} else {
			end += mark
		}
		b.WriteString(s[:start])
		b.WriteString(URL(s[start:end]))
		s = s[end:]
	}
}
