// Package redact keeps secrets out of logs, error messages and the API.
//
// [URL] masks the password and token-like parameters of an address. [SecretURL] and [Secret] are string types for
// configuration and requests that mask themselves wherever they are printed, logged or marshalled; their Reveal method
// is the one way to the true value, easy to find in a review.
//
//	redact.URL("rtsp://admin:hunter2@192.0.2.7/1?token=abc") // rtsp://admin:***@192.0.2.7/1?token=***
//
// # Ownership
//
// All values are strings. Memory is not wiped: the types guard against printing a secret, not against a debugger.
//
// # Goroutines
//
// All functions are pure and safe for concurrent use.
//
// # Standards
//
// RFC 3986 §3.2.1 (user information). Cameras and their users do not escape passwords, so what only looks like an
// address is masked too, and where a string can be read in two ways the one that hides more wins.
package redact
