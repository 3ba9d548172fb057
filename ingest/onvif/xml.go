package onvif

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"
)

// The limits on messages from cameras.
const (
	MaxMessageBytes  = 1 << 20 // of a SOAP answer; profiles of a recorder with 64 channels take a quarter of it
	MaxDatagramBytes = 64 << 10
	maxDepth         = 64
	maxElements      = 50_000
)

var (
	errTooLarge = errors.New("message is too large")
	errDTD      = errors.New("message has a document type declaration")
)

// decodeXML reads a message into v, whose fields name elements without name spaces: cameras choose their own prefixes, and
// some get the name spaces wrong. Entities are not defined, hence not expanded (SOAP 1.2 §5 forbids declarations).
func decodeXML(b []byte, v any) error {
	if err := checkXML(b); err != nil {
		return err
	}
	if err := newDecoder(b).Decode(v); err != nil {
		return fmt.Errorf("read XML: %w", err)
	}
	return nil
}

func newDecoder(b []byte) *xml.Decoder {
	d := xml.NewDecoder(bytes.NewReader(b))
	d.CharsetReader = func(charset string, in io.Reader) (io.Reader, error) {
		switch strings.ToLower(charset) {
		case "us-ascii", "ascii", "utf8":
			return in, nil
		case "iso-8859-1", "latin1", "windows-1252":
			return latin1Reader{in}, nil
		}
		return nil, fmt.Errorf("character set %q", charset)
	}
	return d
}

// checkXML bounds the message before anything is built from it.
func checkXML(b []byte) error {
	if len(b) > MaxMessageBytes {
		return errTooLarge
	}
	d := newDecoder(b)
	depth, elements := 0, 0
	for {
		token, err := d.RawToken()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return fmt.Errorf("read XML: %w", err)
		}
		switch token.(type) {
		case xml.Directive:
			return errDTD
		case xml.StartElement:
			depth++
			elements++
		case xml.EndElement:
			depth--
		}
		if depth > maxDepth || elements > maxElements {
			return errTooLarge
		}
	}
}

// latin1Reader decodes ISO 8859-1, whose code points are those of Unicode.
type latin1Reader struct{ in io.Reader }

func (r latin1Reader) Read(p []byte) (int, error) {
	if len(p) < 2 {
		return 0, io.ErrShortBuffer
	}
	half := make([]byte, len(p)/2) // each byte becomes two at most
	n, err := r.in.Read(half)
	out := p[:0]
	for _, c := range half[:n] {
		out = append(out, string(rune(c))...)
	}
	return len(out), err
}

// escape writes text for use inside an element.
func escape(s string) string {
	var b strings.Builder
	_ = xml.EscapeText(&b, []byte(s)) // a Builder does not fail
	return b.String()
}

// localName cuts the prefix from a qualified name: "ter:NotAuthorized" → "NotAuthorized".
func localName(s string) string {
	s = strings.TrimSpace(s)
	return s[strings.LastIndexByte(s, ':')+1:]
}
