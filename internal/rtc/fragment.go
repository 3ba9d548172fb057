package rtc

import (
	"net/http"
	"strings"

	"vantage/internal/httpx"
)

// Limits of a trickle fragment.
const (
	MaxFragmentBytes = 32 << 10
	maxFragmentLines = 512
	maxCandidates    = 128
)

// Fragment is a trickle-ice-sdpfrag (RFC 8840 §9): ICE credentials and candidates of the bundled transport, told under one media
// section.
type Fragment struct {
	Ufrag, Pwd      string
	MediaLine       string   // of the section, without "m="; "" when the fragment has none
	MID             string   // of the section
	Candidates      []string // values of a=candidate, without "candidate:"
	EndOfCandidates bool
}

// ParseFragment reads a trickle-ice-sdpfrag. The transport is bundled: of several media sections the first names the fragment, and
// the candidates of all count. Errors are problems for the peer.
func ParseFragment(body []byte) (*Fragment, error) {
	if len(body) > MaxFragmentBytes {
		return nil, httpx.Errorf(http.StatusRequestEntityTooLarge, "the SDP fragment is larger than %d bytes", MaxFragmentBytes)
	}
	f := &Fragment{}
	lines := 0
	for line := range strings.Lines(string(body)) {
		line = strings.TrimRight(line, "\r\n")
		if line == "" {
			continue
		}
		if lines++; lines > maxFragmentLines {
			return nil, badFragment("it has more than %d lines", maxFragmentLines)
		}
		kind, value, ok := strings.Cut(line, "=")
		if !ok || len(kind) != 1 {
			return nil, badFragment("line %d is not TYPE=VALUE", lines)
		}
		switch kind {
		case "m":
			if f.MediaLine == "" {
				f.MediaLine = value
			}
		case "a":
			if err := f.attribute(value); err != nil {
				return nil, err
			}
		}
	}
	if f.Ufrag != "" && !iceChars(f.Ufrag, 4) || f.Pwd != "" && !iceChars(f.Pwd, 22) {
		return nil, badFragment("its ice-ufrag or ice-pwd is not as RFC 8839 §5.4 has it")
	}
	if (f.Ufrag == "") != (f.Pwd == "") && f.Pwd != "" {
		return nil, badFragment("it has an ice-pwd without an ice-ufrag")
	}
	return f, nil
}

func (f *Fragment) attribute(a string) error {
	key, value, _ := strings.Cut(a, ":")
	switch key {
	case "ice-ufrag":
		setFirst(&f.Ufrag, value)
	case "ice-pwd":
		setFirst(&f.Pwd, value)
	case "mid":
		setFirst(&f.MID, value)
	case "end-of-candidates":
		f.EndOfCandidates = true
	case "candidate":
		if len(f.Candidates) == maxCandidates {
			return badFragment("it has more than %d candidates", maxCandidates)
		}
		f.Candidates = append(f.Candidates, value)
	}
	return nil
}

// String writes the fragment.
func (f *Fragment) String() string {
	var b strings.Builder
	line := func(parts ...string) {
		for _, p := range parts {
			b.WriteString(p)
		}
		b.WriteString("\r\n")
	}
	if f.Ufrag != "" {
		line("a=ice-ufrag:", f.Ufrag)
	}
	if f.Pwd != "" {
		line("a=ice-pwd:", f.Pwd)
	}
	if f.MediaLine != "" {
		line("m=", f.MediaLine)
	}
	if f.MID != "" {
		line("a=mid:", f.MID)
	}
	for _, c := range f.Candidates {
		line("a=candidate:", c)
	}
	if f.EndOfCandidates {
		line("a=end-of-candidates")
	}
	return b.String()
}

func setFirst(field *string, value string) {
	if *field == "" {
		*field = value
	}
}

// iceChars reports whether s has at least shortest and at most 256 characters of ice-char (RFC 8839 §5.1).
func iceChars(s string, shortest int) bool {
	if len(s) < shortest || len(s) > 256 {
		return false
	}
	for i := range len(s) {
		c := s[i]
		switch {
		case c >= '0' && c <= '9', c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c == '+', c == '/':
		default:
			return false
		}
	}
	return true
}

func badFragment(format string, args ...any) error {
	p := httpx.Errorf(http.StatusBadRequest, "the body is no trickle-ice-sdpfrag: "+format, args...)
	p.Hint = "send ICE credentials and candidates as RFC 8840 §9 has them"
	return p
}
