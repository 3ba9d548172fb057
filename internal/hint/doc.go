// Package hint gives errors a remedy: what a person can do about them, apart from what went wrong.
//
//	return hint.New(fmt.Errorf("rtsp %s: %w", host, err), "check the camera's user name and password")
//
// Whoever shows the error to a person (the command line, a log line, an HTTP problem) prints err.Error() and, beside
// it, [Of](err). The message of an error never contains its remedy, so that logs stay short and remedies may be long.
//
// # Ownership
//
// A remedy is one or two plain sentences or commands in lower case without a final stop, fit to follow "hint: ". It
// never carries secrets: it is shown to people who may not see the configuration.
//
// # Goroutines
//
// All functions are pure and safe for concurrent use.
package hint
