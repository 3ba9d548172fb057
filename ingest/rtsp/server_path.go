package rtsp

import (
	"net/url"
	"strings"

	"vantage/media"
)

// parsePath reads the stream and the rendition of a URL's decoded path and raw query: /NAME, /NAME/RENDITION or
// /NAME?rendition=RENDITION. Names are checked against the alphabet of stream names, which leaves no room for dots, slashes and
// escapes. ok is false for anything else.
func parsePath(path, rawQuery string) (stream media.StreamID, rendition string, ok bool) {
	name, rest, deep := strings.Cut(strings.TrimPrefix(path, "/"), "/")
	stream = media.StreamID(name)
	if !stream.Valid() {
		return "", "", false
	}
	if deep && rest != "" {
		rendition = rest
	}
	query, err := url.ParseQuery(rawQuery)
	if err != nil {
		return "", "", false
	}
	if asked := query.Get("rendition"); asked != "" {
		if rendition != "" && rendition != asked {
			return "", "", false
		}
		rendition = asked
	}
	if rendition != "" && !media.StreamID(rendition).Valid() {
		return "", "", false
	}
	return stream, rendition, true
}
