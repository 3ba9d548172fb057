package api

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"mime"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"vantage/internal/config"
	"vantage/internal/httpx"
	"vantage/media"
)

// StreamParam is exported because huma sets only exported embedded fields.
type StreamParam struct {
	Name media.StreamID `path:"name" maxLength:"63" pattern:"^[a-z0-9]([a-z0-9-]*[a-z0-9])?$" patternDescription:"stream name" doc:"of the stream"`
}

type streamOut struct {
	Status   int
	Location string `header:"Location"`
	Body     Stream
}

type streamsOut struct {
	Body struct {
		Streams []Stream `json:"streams" nullable:"false"`
	}
}

// nameRemedy says what a stream may be called.
var nameRemedy = fmt.Sprintf("use 1 to %d characters of a-z, 0-9 and '-', not '-' at an end", media.MaxStreamIDLen)

type specIn struct {
	StreamParam
	JSONBody
}

type newSpecIn struct{ JSONBody }

// JSONBody is a body that is kept as it came.
type JSONBody struct {
	ContentType string `header:"Content-Type" hidden:"true"`
	RawBody     []byte
}

// check refuses what is said to be something else than JSON, as a form of another site's page would have to.
func (b JSONBody) check() error {
	if b.ContentType == "" {
		return nil
	}
	if t, _, err := mime.ParseMediaType(b.ContentType); err == nil && (t == "application/json" || strings.HasSuffix(t, "+json")) {
		return nil
	}
	return notJSONType(fmt.Sprintf("the body's Content-Type is %q", b.ContentType))
}

func (a *API) registerStreams() {
	const tag = "Streams"
	handle(a, operation(http.MethodGet, "/v1/streams", "list-streams", tag, "List streams"),
		func(ctx context.Context, _ *struct{}) (*streamsOut, error) {
			all, err := a.options.Backend.Streams.List(ctx)
			out := &streamsOut{}
			out.Body.Streams = list(all)
			return out, err
		})
	handle(a, operation(http.MethodGet, "/v1/streams/{name}", "get-stream", tag, "Get a stream"),
		func(ctx context.Context, in *StreamParam) (*streamOut, error) {
			s, err := a.options.Backend.Streams.Get(ctx, in.Name)
			return &streamOut{Status: http.StatusOK, Body: s}, err
		})

	post := a.guarded(operation(http.MethodPost, "/v1/streams", "add-stream", tag, "Add a stream"))
	post.DefaultStatus = http.StatusCreated
	post.Description = "The stream begins at once and survives a restart. What is left out has the value of the configuration's defaults. " + post.Description
	handle(a, withSpec(post, true), a.addStream)

	put := a.guarded(operation(http.MethodPut, "/v1/streams/{name}", "put-stream", tag, "Add or replace a stream"))
	put.Description = "201 says that it was added, 200 that it was replaced. Streams of the configuration file are changed there. " + put.Description
	handle(a, withSpec(put, false), a.putStream)

	del := a.guarded(operation(http.MethodDelete, "/v1/streams/{name}", "delete-stream", tag, "Remove a stream"))
	del.DefaultStatus = http.StatusNoContent
	handle(a, del, func(ctx context.Context, in *StreamParam) (*struct{}, error) {
		return nil, a.options.Backend.Streams.Delete(ctx, in.Name)
	})

	shot := operation(http.MethodGet, "/v1/streams/{name}/snapshot.jpg", "get-snapshot", tag, "Get a picture")
	shot.Responses = map[string]*huma.Response{"200": {
		Description: "The latest key picture", Content: map[string]*huma.MediaType{"image/jpeg": {Schema: &huma.Schema{Type: huma.TypeString, Format: "binary"}}},
	}}
	handle(a, shot, a.snapshot)
}

func (a *API) addStream(ctx context.Context, in *newSpecIn) (*streamOut, error) {
	if err := in.check(); err != nil {
		return nil, err
	}
	var members map[string]json.RawMessage
	if err := json.Unmarshal(in.RawBody, &members); err != nil {
		return nil, notJSON(err)
	}
	raw, ok := members["name"]
	if !ok {
		return nil, invalid("name", "is missing", "give the stream a name")
	}
	var name media.StreamID
	if err := json.Unmarshal(raw, &name); err != nil || !name.Valid() {
		return nil, invalid("name", "is no stream name", nameRemedy)
	}
	delete(members, "name")
	rest, err := json.Marshal(members)
	if err != nil {
		return nil, notJSON(err)
	}
	return a.put(ctx, name, rest, true)
}

func (a *API) putStream(ctx context.Context, in *specIn) (*streamOut, error) {
	if err := in.check(); err != nil {
		return nil, err
	}
	return a.put(ctx, in.Name, in.RawBody, false)
}

func (a *API) put(ctx context.Context, name media.StreamID, document []byte, mustCreate bool) (*streamOut, error) {
	s, err := config.ParseStream(document, a.options.Backend.Streams.Defaults())
	if err != nil {
		return nil, err
	}
	var compact bytes.Buffer
	if err := json.Compact(&compact, document); err != nil {
		return nil, notJSON(err)
	}
	out, created, err := a.options.Backend.Streams.Put(ctx, Spec{ID: name, Stream: s, Document: compact.Bytes()}, mustCreate)
	if err != nil {
		return nil, err
	}
	answer := &streamOut{Status: http.StatusOK, Location: "/v1/streams/" + string(name), Body: out}
	if created {
		answer.Status = http.StatusCreated
	}
	return answer, nil
}

func notJSON(err error) *httpx.Problem {
	detail := "the body is not a JSON object"
	if e, ok := errors.AsType[*json.SyntaxError](err); ok {
		detail = fmt.Sprintf("the body is not JSON: %v at byte %d", e, e.Offset)
	}
	return &httpx.Problem{Status: http.StatusBadRequest, Detail: detail, Hint: `send an object such as {"name":"gate","source":{"url":"rtsp://…"}}`}
}

// maxSnapshotPx is the widest picture that may be asked for.
const maxSnapshotPx = media.MaxFrameSidePx

type snapshotIn struct {
	StreamParam
	Width int `query:"width" minimum:"0" maximum:"16384" doc:"at most so many pixels wide; 0 is as wide as it is"`
}

type snapshotOut struct {
	ContentType string `header:"Content-Type"`
	Body        []byte
}

func (a *API) snapshot(ctx context.Context, in *snapshotIn) (*snapshotOut, error) {
	picture, err := a.options.Backend.Snapshots.Snapshot(ctx, in.Name, min(in.Width, maxSnapshotPx))
	return &snapshotOut{ContentType: "image/jpeg", Body: picture}, err
}
