package config

import (
	"encoding"
	"errors"
	"fmt"
	"math"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"vantage/internal/hint"
)

// decoder writes nodes onto values that hold the defaults. It goes on after a mistake, so that all are told at once.
type decoder struct {
	source source

	// prototype makes the value that a new map element of a type begins with.
	prototype map[reflect.Type]func() reflect.Value

	errs     []error
	warnings []Warning
	lines    map[string]int // where each field was written
}

// fail notes a mistake; the remedy is that of err.
func (d *decoder) fail(path string, line int, err error) {
	d.errs = append(d.errs, &FieldError{Path: path, Line: line, Msg: err.Error(), Hint: hint.Of(err)})
}

// decode writes n onto v. f says how the field of v is treated.
func (d *decoder) decode(path string, n *node, v reflect.Value, f field) {
	if n.line > 0 {
		if _, ok := d.lines[path]; !ok {
			d.lines[path] = n.line
		}
	}
	if n.kind == nullNode {
		return // a key with nothing behind it keeps the default
	}
	if isScalar(v.Type()) {
		d.scalar(path, n, v, f)
		return
	}
	switch v.Kind() {
	case reflect.Struct:
		d.structure(path, n, v)
	case reflect.Map:
		d.mapping(path, n, v)
	case reflect.Slice:
		d.sequence(path, n, v, f)
	default:
		panic("config: no rule to decode " + v.Type().String())
	}
}

// isScalar reports whether values of the type are written as one word.
func isScalar(t reflect.Type) bool {
	if reflect.PointerTo(t).Implements(reflect.TypeFor[encoding.TextUnmarshaler]()) {
		return true
	}
	return t.Kind() != reflect.Struct && t.Kind() != reflect.Map && t.Kind() != reflect.Slice
}

func (d *decoder) expect(path string, n *node, want nodeKind) bool {
	if n.kind == want {
		return true
	}
	remedy := ""
	if want == sequenceNode {
		remedy = "write [one, two], or a line beginning with '- ' for each"
	}
	d.fail(path, n.line, hint.New(fmt.Errorf("want %s, not %s", want, n.kind), remedy))
	return false
}

func (d *decoder) structure(path string, n *node, v reflect.Value) {
	if !d.expect(path, n, mappingNode) {
		return
	}
	fields := fieldsOf(v.Type())
	for _, p := range n.pairs {
		at := join(path, p.key)
		i := slices.IndexFunc(fields, func(f field) bool { return f.names(p.key) })
		if i < 0 {
			d.unknown(path, p, fields)
			continue
		}
		f := fields[i]
		switch {
		case p.key == f.was:
			if n.find(f.name) != nil {
				d.fail(at, p.line, fmt.Errorf("is now called %s, which is given too", f.name))
				continue
			}
			d.warnings = append(d.warnings, Warning{Line: p.line, Path: at, Msg: "is now called " + f.name,
				Hint: fmt.Sprintf("rename %s to %s; the old name goes in two releases", p.key, f.name)})
			at = join(path, f.name)
		case p.key != f.name:
			d.secretFile(path, n, p, v.FieldByIndex(f.index), f)
			continue
		}
		d.lines[at] = p.line
		d.decode(at, p.value, v.FieldByIndex(f.index), f)
	}
}

func (d *decoder) unknown(path string, p pair, fields []field) {
	var names []string
	for _, f := range fields {
		names = append(names, f.name)
		if f.hasFile() {
			names = append(names, f.name+fileSuffix)
		}
	}
	remedy := "known here: " + strings.Join(names, ", ")
	if near := nearest(p.key, names); near != "" {
		remedy = fmt.Sprintf("did you mean %q?", near)
	}
	d.fail(path, p.line, hint.New(fmt.Errorf("unknown key %q", p.key), remedy))
}

// secretFile reads the field's value from the file that the key "…_file" names.
func (d *decoder) secretFile(path string, n *node, p pair, v reflect.Value, f field) {
	at := join(path, p.key)
	if n.find(f.name) != nil {
		d.fail(at, p.line, hint.New(fmt.Errorf("both %s and %s are given", f.name, p.key), "keep one of them"))
		return
	}
	if p.value.kind != scalarNode {
		d.expect(at, p.value, scalarNode)
		return
	}
	d.lines[join(path, f.name)] = p.line
	text, err := d.source.readSecret(p.value.text)
	if err == nil {
		err = setScalar(v, text, f)
	}
	if err != nil {
		d.fail(at, p.line, err)
	}
}

func (d *decoder) mapping(path string, n *node, v reflect.Value) {
	if !d.expect(path, n, mappingNode) {
		return
	}
	if v.IsNil() {
		v.Set(reflect.MakeMapWithSize(v.Type(), len(n.pairs)))
	}
	elem := v.Type().Elem()
	for _, p := range n.pairs {
		at := join(path, p.key)
		d.lines[at] = p.line
		key := reflect.ValueOf(p.key).Convert(v.Type().Key())
		e := reflect.New(elem).Elem()
		if old := v.MapIndex(key); old.IsValid() {
			e.Set(deepCopy(old))
		} else if proto := d.prototype[elem]; proto != nil {
			e.Set(proto())
		}
		d.decode(at, p.value, e, field{})
		v.SetMapIndex(key, e)
	}
}

func (d *decoder) sequence(path string, n *node, v reflect.Value, f field) {
	if !d.expect(path, n, sequenceNode) {
		return
	}
	list := reflect.MakeSlice(v.Type(), len(n.items), len(n.items))
	for i, item := range n.items {
		e := list.Index(i)
		at := fmt.Sprintf("%s[%d]", path, i)
		if proto := d.prototype[v.Type().Elem()]; proto != nil {
			e.Set(proto())
		}
		if item.kind == nullNode {
			d.fail(at, item.line, errors.New("nothing is written here"))
			continue
		}
		d.decode(at, item, e, f)
	}
	v.Set(list)
}

func (d *decoder) scalar(path string, n *node, v reflect.Value, f field) {
	if !d.expect(path, n, scalarNode) {
		return
	}
	text, err := d.source.expand(n.text, f.url)
	if err == nil {
		err = setScalar(v, text, f)
	}
	if err != nil {
		d.fail(path, n.line, err)
	}
}

// setScalar parses text as v's type. Its errors never show a secret.
func setScalar(v reflect.Value, text string, f field) error {
	shown := strconv.Quote(text)
	if f.secret || f.url {
		shown = "the value"
	}
	if u, ok := v.Addr().Interface().(encoding.TextUnmarshaler); ok {
		return u.UnmarshalText([]byte(text))
	}
	if v.Type() == reflect.TypeFor[time.Duration]() {
		span, err := time.ParseDuration(text)
		if err != nil {
			return hint.New(fmt.Errorf("%s is not a span of time", shown), "write a number with a unit, such as 200ms, 5s or 1h30m")
		}
		v.SetInt(int64(span))
		return nil
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString(text)
	case reflect.Bool:
		if text != "true" && text != "false" {
			return hint.New(fmt.Errorf("%s is neither true nor false", shown), "write true or false")
		}
		v.SetBool(text == "true")
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		i, err := strconv.ParseInt(text, 10, v.Type().Bits())
		if err != nil {
			return fmt.Errorf("%s is not a whole number", shown)
		}
		v.SetInt(i)
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		u, err := strconv.ParseUint(text, 10, v.Type().Bits())
		if err != nil {
			return fmt.Errorf("%s is not a whole number from 0 up", shown)
		}
		v.SetUint(u)
	case reflect.Float32, reflect.Float64:
		x, err := strconv.ParseFloat(text, v.Type().Bits())
		if err != nil || math.IsNaN(x) || math.IsInf(x, 0) {
			return fmt.Errorf("%s is not a number", shown)
		}
		v.SetFloat(x)
	default:
		panic("config: no rule to decode " + v.Type().String())
	}
	return nil
}

// join appends a key to a dotted path.
func join(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}
