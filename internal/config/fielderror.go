package config

import (
	"errors"
	"fmt"
	"strings"

	"vantage/internal/hint"
)

// FieldError is one mistake in the configuration. Several are joined by [errors.Join]; [Mistakes] takes them apart.
type FieldError struct {
	File string // as it was named to Load; "" for a document without a file
	Line int    // from 1; 0 when unknown
	Path string // of the field, dotted: streams.gate-north.source.url; "" for the whole document
	Msg  string // what is wrong, never with a secret in it
	Hint string // the remedy; "" when the message says it all
}

// Error reads "vantage.yaml:12: streams.gate-north.source.url: …", without what is not known.
func (e *FieldError) Error() string {
	var b strings.Builder
	switch {
	case e.File != "" && e.Line > 0:
		fmt.Fprintf(&b, "%s:%d: ", e.File, e.Line)
	case e.File != "":
		b.WriteString(e.File + ": ")
	case e.Line > 0:
		fmt.Fprintf(&b, "line %d: ", e.Line)
	}
	if e.Path != "" {
		b.WriteString(e.Path + ": ")
	}
	b.WriteString(e.Msg)
	return b.String()
}

// Unwrap shows the remedy to [hint.Of].
func (e *FieldError) Unwrap() error { return hint.New(errors.New(e.Msg), e.Hint) }

// Mistakes returns every FieldError in err, in order.
func Mistakes(err error) []*FieldError {
	switch e := err.(type) { //nolint:errorlint // this walks the tree itself
	case nil:
		return nil
	case *FieldError:
		return []*FieldError{e}
	case interface{ Unwrap() []error }:
		var all []*FieldError
		for _, branch := range e.Unwrap() {
			all = append(all, Mistakes(branch)...)
		}
		return all
	default:
		return Mistakes(errors.Unwrap(err))
	}
}
