package httpx

import (
	"crypto/sha256"
	"crypto/subtle"
	"net/http"
	"strings"
)

// MaxTokenBytes bounds a bearer token; a longer one is taken as none.
const MaxTokenBytes = 4096

// Bearer returns the request's bearer token (RFC 6750 §2.1), or "" when there is none. A token in the query (§2.3) is
// not read: URLs end up in logs.
func Bearer(r *http.Request) string {
	scheme, token, ok := strings.Cut(r.Header.Get("Authorization"), " ")
	token = strings.TrimSpace(token)
	if !ok || !strings.EqualFold(scheme, "Bearer") || len(token) > MaxTokenBytes {
		return ""
	}
	return token
}

// SameToken compares two tokens in constant time, whatever their lengths. An empty token equals nothing.
func SameToken(got, want string) bool {
	g, w := sha256.Sum256([]byte(got)), sha256.Sum256([]byte(want))
	return subtle.ConstantTimeCompare(g[:], w[:]) == 1 && want != ""
}

// Unauthorized is the problem of a missing or wrong token, with the challenge that RFC 6750 §3 asks for.
func Unauthorized(detail string) *Problem {
	p := &Problem{
		Status: http.StatusUnauthorized, Detail: detail,
		Hint: "send the token in the header 'Authorization: Bearer TOKEN'",
	}
	return p.WithHeader("WWW-Authenticate", `Bearer realm="vantage"`)
}
