package api

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"vantage/internal/config"
)

// withSpec describes the body of an operation as a stream of the configuration, with or without its name. The body itself
// is decoded by package config, so that the API and the file have the same defaults and the same messages.
func withSpec(op huma.Operation, named bool) huma.Operation {
	var root map[string]any
	if err := json.Unmarshal([]byte(config.Schema), &root); err != nil {
		panic("api: the configuration's schema is not JSON: " + err.Error())
	}
	s := schemaOf(at(root, "properties", "defaults"))
	s.Description = ""
	if named {
		s.Properties["name"] = &huma.Schema{
			Type: huma.TypeString, Pattern: "^[a-z0-9]([a-z0-9-]*[a-z0-9])?$", MaxLength: new(63), Description: "of the stream",
		}
		s.Required = []string{"name"}
	}
	op.SkipValidateBody = true
	op.RequestBody = &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{"application/json": {Schema: s}}}
	return op
}

func at(v map[string]any, path ...string) map[string]any {
	for _, key := range path {
		v, _ = v[key].(map[string]any)
	}
	return v
}

// schemaOf turns a part of the configuration's JSON Schema into huma's form. What only a file can do is left out: environment
// variables and secret files.
func schemaOf(v map[string]any) *huma.Schema {
	s := &huma.Schema{Default: v["default"]}
	s.Description, _ = v["description"].(string)
	s.Pattern, _ = v["pattern"].(string)
	s.Enum, _ = v["enum"].([]any)
	switch t := v["type"].(type) {
	case string:
		s.Type = t
	case []any: // the other one is null
		s.Type, _ = t[0].(string)
	default:
		s.Type = huma.TypeString
	}
	if alternatives, ok := v["anyOf"].([]any); ok {
		first, _ := alternatives[0].(map[string]any)
		inner := schemaOf(first)
		s.Type, s.Pattern = inner.Type, inner.Pattern
	}
	if items := at(v, "items"); items != nil {
		s.Items = schemaOf(items)
	}
	if values := at(v, "additionalProperties"); values != nil {
		s.AdditionalProperties = schemaOf(values)
	} else if s.Type == huma.TypeObject {
		s.AdditionalProperties = false
	}
	properties := at(v, "properties")
	for _, name := range slices.Sorted(maps.Keys(properties)) {
		if strings.HasSuffix(name, "_file") {
			continue
		}
		if s.Properties == nil {
			s.Properties = map[string]*huma.Schema{}
		}
		s.Properties[name] = schemaOf(at(properties, name))
	}
	return s
}
