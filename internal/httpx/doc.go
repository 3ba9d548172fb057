// Package httpx holds what every HTTP surface of Vantage shares: problem details as errors, bearer tokens, CORS, body
// limits and the guard in front of administration.
//
//	mux := http.NewServeMux()
//	mux.HandleFunc("POST /v1/streams", func(w http.ResponseWriter, r *http.Request) {
//		body, err := httpx.ReadBody(w, r, httpx.DefaultBodyLimit)
//		if err != nil {
//			httpx.Write(w, r, err) // 413, and names the limit
//			return
//		}
//		if err := add(body); err != nil {
//			httpx.Write(w, r, hint.New(httpx.Errorf(http.StatusConflict, "stream %s exists", name), "delete it first"))
//		}
//	})
//	handler := httpx.CORS(httpx.LoopbackOnly(cfg.AdminToken, mux), httpx.CORSConfig{})
//
// # Ownership
//
// A Problem belongs to who made it; Write never changes the one that it is given.
//
// # Goroutines
//
// The package starts none. Handlers are safe for concurrent use as net/http asks.
//
// # Standards
//
// RFC 9457 (problem details), RFC 6750 (bearer tokens), RFC 9110 (HTTP), and CORS as the Fetch standard has it.
package httpx
