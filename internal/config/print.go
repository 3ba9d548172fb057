package config

import (
	_ "embed" // the generated files
	"encoding"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"vantage/internal/redact"
)

// Sample is the commented configuration that names every field in order with its true default.
//
//go:embed sample.yaml
var Sample string

// Schema is the JSON Schema (2020-12) of the configuration file, for editors.
//
//go:embed schema.json
var Schema string

// YAML writes the configuration in full, in the order of the fields, with every secret masked.
func (c *Config) YAML() string {
	p := printer{}
	p.structure(reflect.ValueOf(c).Elem(), 0)
	return p.b.String()
}

// printer writes values as YAML.
type printer struct {
	b strings.Builder

	// comment writes what stands above a field; nil writes nothing.
	comment func(f field, indent int)

	// example writes what stands below an empty map or list; nil writes nothing.
	example func(f field, indent int)
}

func (p *printer) line(indent int, text string) {
	p.b.WriteString(strings.Repeat("  ", indent) + text + "\n")
}

func (p *printer) structure(v reflect.Value, indent int) {
	for _, f := range fieldsOf(v.Type()) {
		if p.comment != nil {
			p.comment(f, indent)
		}
		p.field(f, v.FieldByIndex(f.index), indent)
	}
}

func (p *printer) field(f field, v reflect.Value, indent int) {
	key := f.name + ":"
	switch {
	case isScalar(v.Type()):
		p.line(indent, key+" "+scalarText(v, f))
	case v.Kind() == reflect.Struct:
		p.line(indent, key)
		p.structure(v, indent+1)
	case v.Len() == 0:
		empty := " []"
		if v.Kind() == reflect.Map {
			empty = " {}"
		}
		p.line(indent, key+empty)
		if p.example != nil {
			p.example(f, indent)
		}
	case v.Kind() == reflect.Map:
		p.line(indent, key)
		keys := v.MapKeys()
		slices.SortFunc(keys, func(a, b reflect.Value) int { return strings.Compare(a.String(), b.String()) })
		for _, k := range keys {
			p.line(indent+1, quote(k.String())+":")
			p.structure(v.MapIndex(k), indent+2)
		}
	case isScalar(v.Type().Elem()):
		words := make([]string, v.Len())
		for i := range words {
			words[i] = scalarText(v.Index(i), f)
		}
		p.line(indent, key+" ["+strings.Join(words, ", ")+"]")
	default:
		p.line(indent, key)
		for i := range v.Len() {
			p.item(v.Index(i), indent+1)
		}
	}
}

// item writes a struct as an element of a list.
func (p *printer) item(v reflect.Value, indent int) {
	inner := printer{comment: p.comment, example: p.example}
	inner.structure(v, indent+1)
	text := inner.b.String()
	dash := strings.Repeat("  ", indent) + "- "
	p.b.WriteString(dash + strings.TrimPrefix(text, strings.Repeat("  ", indent+1)))
}

// scalarText writes a scalar as the decoder reads it, but for secrets.
func scalarText(v reflect.Value, f field) string {
	switch {
	case f.secret && v.String() != "":
		return quote(redact.Mask)
	case f.url:
		return quote(redact.URL(v.String()))
	}
	if m, ok := v.Interface().(encoding.TextMarshaler); ok {
		text, err := m.MarshalText()
		if err != nil {
			return quote(fmt.Sprint(v.Interface()))
		}
		return quote(string(text))
	}
	if d, ok := v.Interface().(time.Duration); ok {
		return durationText(d)
	}
	if v.Kind() == reflect.String {
		return quote(v.String())
	}
	return fmt.Sprint(v.Interface())
}

// durationText is d without the zero units that time.Duration writes: 1h, not 1h0m0s.
func durationText(d time.Duration) string {
	s := d.String()
	if strings.HasSuffix(s, "m0s") {
		s = strings.TrimSuffix(s, "0s")
	}
	if strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	return s
}

// quote puts a string into quotes where YAML would read it as something else.
func quote(s string) string {
	plain := s != "" && strings.IndexFunc(s, func(r rune) bool {
		return r != '_' && r != '-' && r != '.' && (r < '0' || r > '9') && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z')
	}) < 0 && !strings.HasPrefix(s, "-") && !strings.HasPrefix(s, ".")
	if _, err := strconv.ParseFloat(s, 64); err == nil || slices.Contains(ambiguous, strings.ToLower(s)) {
		plain = false
	}
	if plain {
		return s
	}
	return strconv.Quote(s)
}

// ambiguous are the words that some YAML reader takes for something other than a string.
var ambiguous = []string{"true", "false", "yes", "no", "on", "off", "y", "n", "null"}
