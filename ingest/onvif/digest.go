package onvif

import (
	"crypto/md5" //nolint:gosec // RFC 7616 keeps it for what cameras do
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"net/http"
	"strings"
)

// challenge is a parsed WWW-Authenticate header of the Digest scheme (RFC 7616 §3.3).
type challenge struct {
	realm, nonce, opaque string
	algorithm            string // as sent; "" means MD5
	hash                 func() hash.Hash
	qop                  bool // the server wants quality of protection "auth"
}

var errNoDigest = errors.New("no Digest challenge that we can answer")

// parseChallenges returns the strongest Digest challenge among the header's values.
func parseChallenges(values []string) (best challenge, err error) {
	err = errNoDigest
	for _, v := range values {
		scheme, rest, _ := strings.Cut(strings.TrimSpace(v), " ")
		if !strings.EqualFold(scheme, "Digest") {
			continue
		}
		p := authParams(rest)
		c := challenge{realm: p["realm"], nonce: p["nonce"], opaque: p["opaque"], algorithm: p["algorithm"]}
		switch strings.ToUpper(c.algorithm) {
		case "", "MD5":
			c.hash = md5.New
		case "SHA-256":
			c.hash = sha256.New
		default:
			continue
		}
		if q, ok := p["qop"]; ok {
			for option := range strings.SplitSeq(q, ",") {
				c.qop = c.qop || strings.EqualFold(strings.TrimSpace(option), "auth")
			}
			if !c.qop {
				continue // "auth-int" alone
			}
		}
		if c.nonce == "" {
			continue
		}
		if err != nil || c.hash().Size() > best.hash().Size() {
			best, err = c, nil
		}
	}
	return best, err
}

// authParams reads name=value and name="value" pairs, separated by commas.
func authParams(s string) map[string]string {
	params := map[string]string{}
	for s != "" {
		name, rest, ok := strings.Cut(s, "=")
		if !ok {
			break
		}
		name = strings.ToLower(strings.Trim(name, " \t,"))
		rest = strings.TrimLeft(rest, " \t")
		var value strings.Builder
		if quoted := strings.HasPrefix(rest, `"`); quoted {
			i := 1
			for ; i < len(rest) && rest[i] != '"'; i++ {
				if rest[i] == '\\' && i+1 < len(rest) {
					i++
				}
				value.WriteByte(rest[i])
			}
			s = rest[min(i+1, len(rest)):]
		} else {
			bare, after, _ := strings.Cut(rest, ",")
			value.WriteString(strings.TrimSpace(bare))
			s = after
		}
		if _, seen := params[name]; !seen {
			params[name] = value.String()
		}
	}
	return params
}

// authorize writes the Authorization header for one request (RFC 7616 §3.4).
func (c challenge) authorize(r *http.Request, user, password string) {
	digest := func(parts ...string) string {
		h := c.hash()
		h.Write([]byte(strings.Join(parts, ":")))
		return hex.EncodeToString(h.Sum(nil))
	}
	uri := r.URL.RequestURI()
	a1, a2 := digest(user, c.realm, password), digest(r.Method, uri)
	var b strings.Builder
	fmt.Fprintf(&b, `Digest username=%s, realm=%s, nonce=%s, uri=%s`, quote(user), quote(c.realm), quote(c.nonce), quote(uri))
	if c.qop {
		var random [8]byte
		_, _ = rand.Read(random[:]) // never fails
		cnonce := hex.EncodeToString(random[:])
		const count = "00000001" // a nonce is used once
		fmt.Fprintf(&b, `, qop=auth, nc=%s, cnonce=%s, response=%s`, count, quote(cnonce),
			quote(digest(a1, c.nonce, count, cnonce, "auth", a2)))
	} else {
		fmt.Fprintf(&b, `, response=%s`, quote(digest(a1, c.nonce, a2)))
	}
	if c.algorithm != "" {
		fmt.Fprintf(&b, `, algorithm=%s`, c.algorithm)
	}
	if c.opaque != "" {
		fmt.Fprintf(&b, `, opaque=%s`, quote(c.opaque))
	}
	r.Header.Set("Authorization", b.String())
}

func quote(s string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\r", "", "\n", "").Replace(s) + `"`
}
