package onviftest

import (
	"crypto/md5"  //nolint:gosec // RFC 7616
	"crypto/sha1" //nolint:gosec // UsernameToken Profile
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"time"

	"github.com/google/uuid"
)

// tokenXML is the WS-Security header of a request.
type tokenXML struct {
	Username string `xml:"Username"`
	Password struct {
		Type  string `xml:"Type,attr"`
		Value string `xml:",chardata"`
	} `xml:"Password"`
	Nonce   string `xml:"Nonce"`
	Created string `xml:"http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd Created"`
}

// clockTolerance is how far the time of a token may be from the camera's clock.
const clockTolerance = 5 * time.Second

// verify checks a token as the profile asks: the digest, the time, and that the nonce is new.
func (c *Camera) verify(t *tokenXML) bool {
	if t == nil || t.Username != c.cfg.Username || !strings.HasSuffix(t.Password.Type, "#PasswordDigest") {
		return false
	}
	nonce, err := base64.StdEncoding.DecodeString(t.Nonce)
	if err != nil || len(nonce) < 8 {
		return false
	}
	created, err := time.Parse(time.RFC3339, t.Created)
	if err != nil || c.now().Sub(created).Abs() > clockTolerance {
		return false
	}
	sum := sha1.Sum([]byte(string(nonce) + t.Created + c.cfg.Password)) //nolint:gosec
	if base64.StdEncoding.EncodeToString(sum[:]) != t.Password.Value {
		return false
	}
	_, used := c.nonces.LoadOrStore("token "+t.Nonce, true)
	return !used
}

var digestParam = regexp.MustCompile(`(\w+)=(?:"([^"]*)"|([^\s,]+))`)

// verifyHTTP checks an HTTP digest with quality of protection, against a nonce that we gave.
func (c *Camera) verifyHTTP(r *http.Request) bool {
	p := map[string]string{}
	for _, m := range digestParam.FindAllStringSubmatch(r.Header.Get("Authorization"), -1) {
		p[m[1]] = m[2] + m[3]
	}
	if _, given := c.nonces.LoadAndDelete("http " + p["nonce"]); !given || p["username"] != c.cfg.Username || p["qop"] != "auth" {
		return false
	}
	hash := func(s string) string {
		sum := md5.Sum([]byte(s)) //nolint:gosec
		return hex.EncodeToString(sum[:])
	}
	a1 := hash(c.cfg.Username + ":" + p["realm"] + ":" + c.cfg.Password)
	a2 := hash(r.Method + ":" + r.URL.RequestURI())
	return p["response"] == hash(strings.Join([]string{a1, p["nonce"], p["nc"], p["cnonce"], p["qop"], a2}, ":"))
}

func (c *Camera) challenge(w http.ResponseWriter) {
	nonce := uuid.NewString()
	c.nonces.Store("http "+nonce, true)
	w.Header().Add("WWW-Authenticate", `Basic realm="camera"`)
	w.Header().Add("WWW-Authenticate", fmt.Sprintf(`Digest realm="camera", qop="auth,auth-int", nonce="%s", opaque="o,p"`, nonce))
	http.Error(w, "Unauthorized", http.StatusUnauthorized)
}
