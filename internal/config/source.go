package config

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"vantage/internal/hint"
)

// maxSecretBytes is the largest file that is read for a "…_file" key.
const maxSecretBytes = 64 << 10

// source is where a document comes from, which decides what it may pull in: the server's own file may name environment
// variables and secret files, a document that came over the network may not, or it could carry them away.
type source struct {
	trusted   bool
	dir       string // that relative secret files are found in
	lookupEnv func(string) (string, bool)
}

// fileSource is a document of the person who runs the server.
func fileSource(path string) source {
	return source{trusted: true, dir: filepath.Dir(path), lookupEnv: os.LookupEnv}
}

// expand replaces ${NAME} by the environment variable and ${NAME:-text} by text where it is not set; $${ stands for ${.
// What goes into the user:password part of a URL is percent-encoded, since passwords hold all manner of characters.
func (s source) expand(text string, isURL bool) (string, error) {
	if !s.trusted || !strings.Contains(text, "${") {
		return text, nil
	}
	userinfoEnd := -1
	if isURL {
		userinfoEnd = endOfUserinfo(text)
	}
	var b strings.Builder
	for at := 0; ; {
		i := strings.Index(text[at:], "${")
		if i < 0 {
			b.WriteString(text[at:])
			return b.String(), nil
		}
		i += at
		if i > at && text[i-1] == '$' {
			b.WriteString(text[at:i] + "{")
			at = i + 2
			continue
		}
		length := strings.IndexByte(text[i:], '}')
		if length < 0 {
			return "", hint.New(errors.New("'${' without a '}'"), "write ${NAME} for a variable, or $${ for the characters themselves")
		}
		name, fallback, hasFallback := strings.Cut(text[i+2:i+length], ":-")
		if !validName(name) {
			return "", hint.New(errors.New("the name in ${…} is not one of an environment variable"),
				"use letters, digits and '_', or write $${ for the characters themselves")
		}
		value, ok := s.lookupEnv(name)
		if !ok {
			if !hasFallback {
				return "", hint.New(fmt.Errorf("environment variable %s is not set", name),
					fmt.Sprintf("set %s for the server, or write ${%s:-value}", name, name))
			}
			value = fallback
		}
		if i < userinfoEnd {
			value = userinfoEscaper.Replace(url.PathEscape(value)) // unlike QueryEscape it makes no '+' of a space
		}
		b.WriteString(text[at:i] + value)
		at = i + length + 1
	}
}

// endOfUserinfo returns the index of the '@' that ends the user information of a URL with variables in it, or -1.
func endOfUserinfo(text string) int {
	scheme := strings.Index(text, "://")
	if scheme < 0 {
		return -1
	}
	at := -1
	for i := scheme + len("://"); i < len(text); i++ {
		switch text[i] {
		case '$':
			if length := strings.IndexByte(text[i:], '}'); strings.HasPrefix(text[i:], "${") && length > 0 {
				i += length
			}
		case '@':
			at = i
		case '/', '?', '#':
			return at
		}
	}
	return at
}

// userinfoEscaper escapes what a path may hold and a user information may not (RFC 3986 §3.2.1).
var userinfoEscaper = strings.NewReplacer(":", "%3A", "@", "%40")

func validName(s string) bool {
	for i := range len(s) {
		c := s[i]
		if c != '_' && (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (i == 0 || c < '0' || c > '9') {
			return false
		}
	}
	return s != ""
}

// readSecret returns the content of a file without the line end that editors add.
func (s source) readSecret(name string) (string, error) {
	if !s.trusted {
		return "", hint.New(errors.New("files are not read for requests"), "give the value itself")
	}
	name, err := s.expand(name, false)
	if err != nil {
		return "", err
	}
	if !filepath.IsAbs(name) {
		name = filepath.Join(s.dir, name)
	}
	f, err := os.Open(name)
	if err != nil {
		return "", err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxSecretBytes+1))
	if err != nil {
		return "", err
	}
	if len(data) > maxSecretBytes {
		return "", fmt.Errorf("%s has more than %d bytes", name, maxSecretBytes)
	}
	data = bytes.TrimRight(data, "\r\n")
	if len(data) == 0 {
		return "", fmt.Errorf("%s is empty", name)
	}
	return string(data), nil
}
