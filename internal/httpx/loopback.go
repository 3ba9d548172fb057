package httpx

import (
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
)

// LoopbackOnly lets requests to next pass that come from this machine, or that carry the administrator's token as a bearer
// token; an empty token lets nobody else in.
//
// "From this machine" is meant strictly, since a browser on it runs pages of strangers: the peer address, the Host header (against
// DNS rebinding) and the page's Origin must all be loopback, and no proxy may have forwarded the request.
func LoopbackOnly(adminToken string, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		token := Bearer(r)
		switch {
		case token != "" && SameToken(token, adminToken):
			next.ServeHTTP(w, r)
		case token != "" && adminToken != "":
			Write(w, r, Unauthorized("the administrator's token is wrong"))
		case FromLoopback(r):
			next.ServeHTTP(w, r)
		case adminToken != "":
			Write(w, r, Unauthorized("this needs the administrator's token"))
		default:
			Write(w, r, &Problem{
				Status: http.StatusForbidden,
				Detail: "administration answers this machine only",
				Hint:   "call it by http://127.0.0.1 on the server itself, or set http.admin_token and send it as a bearer token",
			})
		}
	})
}

// FromLoopback reports whether the request was made on this machine and not on behalf of another one's page or a
// forwarding proxy's client.
func FromLoopback(r *http.Request) bool {
	for _, forwarded := range [...]string{"Forwarded", "X-Forwarded-For", "X-Real-Ip"} {
		if r.Header.Get(forwarded) != "" {
			return false
		}
	}
	if origin := r.Header.Get("Origin"); origin != "" {
		u, err := url.Parse(origin)
		if err != nil || !loopbackHost(u.Host) {
			return false
		}
	}
	return loopbackHost(r.Host) && loopbackPeer(r.RemoteAddr)
}

// loopbackPeer also takes the peers of a Unix socket, which have no address.
func loopbackPeer(remote string) bool {
	return remote == "" || remote == "@" || isLoopback(hostOf(remote))
}

func loopbackHost(hostport string) bool {
	host := strings.ToLower(strings.TrimSuffix(hostOf(hostport), "."))
	return host == "localhost" || strings.HasSuffix(host, ".localhost") || isLoopback(host)
}

func hostOf(hostport string) string {
	if host, _, err := net.SplitHostPort(hostport); err == nil {
		return host
	}
	return strings.Trim(hostport, "[]")
}

func isLoopback(host string) bool {
	addr, err := netip.ParseAddr(host)
	return err == nil && addr.Unmap().IsLoopback()
}
