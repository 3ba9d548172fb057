// Package web serves the console and the embeddable player that `npm run build` writes to dist, embedded in the binary.
//
//	mux.Handle("/", web.Handler())
//
// Paths: /p/{stream} is the player page, which other sites may frame; /player.js is the <vantage-player> element, which other sites may load; /assets/
// holds files whose names change with their content; every other path that asks for a page gets the console, which routes by itself.
//
// A binary that was built without the console (dist holds nothing but .gitkeep) serves a page that says so and how to build it.
//
// # Ownership
//
// The handler keeps every file compressed and uncompressed in memory from its first request on; both are immutable.
//
// # Goroutines
//
// None.
//
// # Standards
//
// RFC 9110 (HTTP semantics: conditional requests, content coding), RFC 9111 and RFC 8246 (caching, immutable responses), Content Security Policy Level 3.
package web
