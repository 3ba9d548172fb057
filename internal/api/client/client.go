package client

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"syscall"

	"vantage/internal/api"
	"vantage/internal/config"
	"vantage/internal/hint"
	"vantage/internal/httpx"
	"vantage/internal/redact"
)

// maxAnswerBytes bounds what is read of an answer: thousands of streams, or one large picture.
const maxAnswerBytes = 64 << 20

// Client speaks to one server.
type Client struct {
	base  *url.URL
	token string
	http  http.Client
}

// New returns a client of the server at an address such as http://127.0.0.1:8080. The token is the server's http.admin_token; on
// the server's own machine none is needed.
func New(server, token string) (*Client, error) {
	u, err := url.Parse(server)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return nil, hint.New(fmt.Errorf("server %q is no address", redact.URL(server)), "write http://HOST:PORT")
	}
	return &Client{base: u, token: token}, nil
}

// Streams lists the streams.
func (c *Client) Streams(ctx context.Context) ([]api.Stream, error) {
	var answer struct{ Streams []api.Stream }
	err := c.json(ctx, http.MethodGet, "/v1/streams", nil, &answer)
	return answer.Streams, err
}

// Snapshot returns a picture of the stream as JPEG, at most widthPx wide; 0 is as wide as it is.
func (c *Client) Snapshot(ctx context.Context, name string, widthPx int) ([]byte, error) {
	query := url.Values{}
	if widthPx > 0 {
		query.Set("width", strconv.Itoa(widthPx))
	}
	return c.do(ctx, http.MethodGet, "/v1/streams/"+url.PathEscape(name)+"/snapshot.jpg", query)
}

// Reload makes the server read its configuration file again.
func (c *Client) Reload(ctx context.Context) (api.ReloadReport, error) {
	var report api.ReloadReport
	err := c.json(ctx, http.MethodPost, "/v1/reload", nil, &report)
	return report, err
}

func (c *Client) json(ctx context.Context, method, path string, query url.Values, into any) error {
	body, err := c.do(ctx, method, path, query)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(body, into); err != nil {
		return hint.New(fmt.Errorf("%s answered what is not the API's: %w", c.base.Host, err), "check that --server is a vantage server")
	}
	return nil
}

// do returns the body of a good answer.
func (c *Client) do(ctx context.Context, method, path string, query url.Values) ([]byte, error) {
	u := c.base.ResolveReference(&url.URL{Path: "/"})
	target := strings.TrimSuffix(u.String(), "/") + path
	if len(query) > 0 {
		target += "?" + query.Encode()
	}
	r, err := http.NewRequestWithContext(ctx, method, target, http.NoBody)
	if err != nil {
		return nil, err
	}
	if c.token != "" {
		r.Header.Set("Authorization", "Bearer "+c.token)
	}
	resp, err := c.http.Do(r)
	if errors.Is(err, syscall.ECONNREFUSED) {
		return nil, hint.New(fmt.Errorf("no server answers at %s", c.base.Host), "start one with 'vantage serve', or name it with --server")
	}
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswerBytes))
	if err != nil {
		return nil, fmt.Errorf("%s %s: %w", method, path, err)
	}
	if resp.StatusCode >= http.StatusBadRequest {
		return nil, problem(resp, body)
	}
	return body, nil
}

// problem is the error that a bad answer stands for: a problem's mistakes one by one, as config.Load would tell them, or the
// problem itself.
func problem(resp *http.Response, body []byte) error {
	var p struct {
		Title, Detail, Hint string
		Errors              []struct {
			Path, Message, Hint string
			Line                int
		}
	}
	if err := json.Unmarshal(body, &p); err != nil || p.Detail == "" {
		return fmt.Errorf("%s answered %s", resp.Request.URL.Host, resp.Status)
	}
	var mistakes []error
	for _, m := range p.Errors {
		mistakes = append(mistakes, &config.FieldError{Path: m.Path, Line: m.Line, Msg: m.Message, Hint: m.Hint})
	}
	if len(mistakes) > 0 {
		return errors.Join(mistakes...)
	}
	return hint.New(&httpx.Problem{Status: resp.StatusCode, Title: p.Title, Detail: p.Detail}, p.Hint)
}
