package config

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// parseJSON reads one JSON value (RFC 8259). Its errors are of type *FieldError. Keys given twice are refused, since
// two readers of one document could otherwise see two different streams.
func parseJSON(data []byte) (*node, error) {
	if len(data) > MaxFileBytes {
		return nil, &FieldError{Msg: fmt.Sprintf("the document has %d bytes; at most %d are read", len(data), MaxFileBytes)}
	}
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	n, err := jsonValue(d, 0)
	if err == nil {
		if _, err = d.Token(); err == nil {
			err = errors.New("there is more after the end")
		} else if errors.Is(err, io.EOF) {
			return n, nil
		}
	}
	if _, ok := errors.AsType[*FieldError](err); ok {
		return nil, err
	}
	if errors.Is(err, io.EOF) {
		err = io.ErrUnexpectedEOF
	}
	return nil, &FieldError{Msg: "this is not JSON: " + err.Error()}
}

func jsonValue(d *json.Decoder, depth int) (*node, error) {
	if depth > maxDepth {
		return nil, deepError(0)
	}
	t, err := d.Token()
	if err != nil {
		return nil, err
	}
	switch t := t.(type) {
	case nil:
		return &node{}, nil
	case json.Delim:
		if t == '{' {
			return jsonObject(d, depth)
		}
		return jsonArray(d, depth)
	default:
		return &node{kind: scalarNode, text: fmt.Sprint(t)}, nil
	}
}

func jsonObject(d *json.Decoder, depth int) (*node, error) {
	n := &node{kind: mappingNode}
	seen := map[string]bool{}
	for d.More() {
		t, err := d.Token()
		if err != nil {
			return nil, err
		}
		key, _ := t.(string)
		if seen[key] {
			return nil, &FieldError{Msg: fmt.Sprintf("%q is given twice", key)}
		}
		seen[key] = true
		value, err := jsonValue(d, depth+1)
		if err != nil {
			return nil, err
		}
		n.pairs = append(n.pairs, pair{key: key, value: value})
	}
	_, err := d.Token()
	return n, err
}

func jsonArray(d *json.Decoder, depth int) (*node, error) {
	n := &node{kind: sequenceNode}
	for d.More() {
		value, err := jsonValue(d, depth+1)
		if err != nil {
			return nil, err
		}
		n.items = append(n.items, value)
	}
	_, err := d.Token()
	return n, err
}
