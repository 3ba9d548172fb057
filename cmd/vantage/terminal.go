package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"

	"vantage/internal/config"
	"vantage/internal/hint"
	"vantage/internal/redact"
)

// How commands speak. A result goes to standard output as it is, so that it can be piped; all else goes to standard error in lines of
// the form "vantage: error: …", followed by "vantage: hint: …" where something can be done about it. Messages begin in
// lower case, end without a full stop, and never hold a password.

// The exit statuses.
const (
	exitDone   = 0
	exitFailed = 1
	exitUsage  = 2 // bad usage or configuration
	exitFound  = 3 // a check found problems, which have been told
)

// errFound ends a command whose result told of problems.
var errFound = errors.New("problems found")

// usageError is a mistake in the command line.
type usageError struct{ error }

func (u usageError) Unwrap() error { return u.error }

// usage words a mistake that kong found.
func usage(err error, args []string) error {
	command := "vantage"
	if slices.Contains([]string{"config", "demo", "roi", "stream"}, args[0]) { // those that have subcommands
		command += " " + args[0]
	}
	return usageError{hint.New(errors.New(redact.Text(err.Error())), fmt.Sprintf("'%s --help' shows what can be given", command))}
}

// terminal is where a command speaks.
type terminal struct{ out, err io.Writer }

// printf writes a part of the result.
func (t *terminal) printf(format string, args ...any) { fmt.Fprintf(t.out, format, args...) }

// json writes the result as indented JSON.
func (t *terminal) json(v any) error {
	e := json.NewEncoder(t.out)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	return e.Encode(v)
}

// warn tells of something that works and should be changed.
func (t *terminal) warn(w config.Warning) { t.say("warning", w.String(), w.Hint) }

// note tells how things go.
func (t *terminal) note(format string, args ...any) {
	fmt.Fprintf(t.err, "vantage: "+format+"\n", args...)
}

func (t *terminal) say(kind, message, remedy string) {
	fmt.Fprintf(t.err, "vantage: %s: %s\n", kind, redact.Text(message))
	if remedy != "" {
		fmt.Fprintf(t.err, "vantage: hint: %s\n", remedy)
	}
}

// tell tells an error that does not end the command.
func (t *terminal) tell(err error) { t.say("error", err.Error(), hint.Of(err)) }

// fail tells the error, and returns the exit status that fits it.
func (t *terminal) fail(err error) int {
	if errors.Is(err, errFound) {
		return exitFound
	}
	if errors.Is(err, errBadConfig) {
		return exitUsage
	}
	if found := config.Mistakes(err); len(found) > 0 {
		for _, m := range found {
			t.say("error", m.Error(), m.Hint)
		}
		return exitUsage
	}
	if errors.Is(err, context.Canceled) {
		t.say("error", "interrupted", "")
		return exitFailed
	}
	t.tell(err)
	if _, ok := errors.AsType[usageError](err); ok {
		return exitUsage
	}
	return exitFailed
}
