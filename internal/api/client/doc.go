// Package client asks a running server through its API; the commands of vantage that speak of a server use it.
//
//	c, err := client.New("http://127.0.0.1:8080", token)
//	if err != nil {
//		return err
//	}
//	streams, err := c.Streams(ctx)
//
// What the server answers as a problem comes back as an *httpx.Problem, with its remedy.
//
// # Ownership
//
// Results are the caller's.
//
// # Goroutines
//
// The package starts none of its own. A [Client] is safe for concurrent use.
//
// # Standards
//
// RFC 9457 (problem details).
package client
