package config

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode"

	"vantage/media"
)

var update = flag.Bool("update", false, "write the generated files anew")

// TestGenerated holds the sample, the schema and the tables of docs/config.md to the doc comments and defaults.
func TestGenerated(t *testing.T) {
	docs := &docReader{structs: map[reflect.Type]map[string]string{}}
	reference := "../../docs/config.md"
	page, err := os.ReadFile(reference)
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string][]byte{
		"sample.yaml": []byte(sampleYAML(t, docs, false)),
		"schema.json": schemaJSON(t, docs),
		reference:     betweenMarkers(t, page, referenceTables(t, docs)),
	} {
		t.Run(filepath.Base(name)+" says what the code says", func(t *testing.T) {
			if *update {
				if err := os.WriteFile(name, want, 0o644); err != nil { //nolint:gosec // committed files
					t.Fatal(err)
				}
				return
			}
			got, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(got, want) {
				t.Errorf("%s is out of date: run 'go generate ./internal/config'", name)
			}
		})
	}
}

// docReader finds the doc comments of struct fields in the sources of this module.
type docReader struct {
	structs map[reflect.Type]map[string]string
}

// field returns the doc comment of a field in the words of the configuration file, as one line.
func (d *docReader) field(t *testing.T, f field) string {
	t.Helper()
	fields, ok := d.structs[f.owner]
	if !ok {
		fields = structDocs(t, f.owner)
		d.structs[f.owner] = fields
	}
	doc := strings.Join(strings.Fields(fields[f.goName]), " ")
	if doc == "" {
		t.Fatalf("%s.%s has no doc comment", f.owner, f.goName)
	}
	for _, sibling := range fieldsOf(f.owner) {
		if doc == sibling.goName || strings.HasPrefix(doc, sibling.goName+" ") {
			doc = sibling.name + strings.TrimPrefix(doc, sibling.goName)
		}
		if isCamel(sibling.goName) {
			doc = regexp.MustCompile(`\b`+sibling.goName+`\b`).ReplaceAllString(doc, sibling.name)
		}
	}
	return doc
}

// isCamel tells names such as CrashWindow from words that a sentence may begin with.
func isCamel(s string) bool {
	lower := false
	for _, r := range s {
		if unicode.IsUpper(r) && lower {
			return true
		}
		lower = unicode.IsLower(r)
	}
	return false
}

func structDocs(t *testing.T, typ reflect.Type) map[string]string {
	t.Helper()
	dir := filepath.Join("../..", strings.TrimPrefix(typ.PkgPath(), "vantage/"))
	files, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	docs := map[string]string{}
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			spec, ok := n.(*ast.TypeSpec)
			if !ok || spec.Name.Name != typ.Name() {
				return true
			}
			if s, ok := spec.Type.(*ast.StructType); ok {
				paragraph := "" // one comment may stand for the fields right below it
				for _, f := range s.Fields.List {
					if f.Doc != nil {
						paragraph = f.Doc.Text()
					}
					for _, id := range f.Names {
						docs[id.Name] = paragraph
					}
				}
			}
			return false
		})
	}
	return docs
}

const sampleHead = `# The configuration of Vantage. Every field is optional, and what stands here are the defaults: an empty file, or none, is the
# same. 'vantage config check' tells every mistake at once; 'vantage config print' shows what is in force.
#
# Times are written 200ms, 5s or 1h30m, rates 400kbps or 4Mbps, sizes 1280x720. ${NAME} in a value is replaced by the environment
# variable, ${NAME:-text} by text where it is not set; $${ is a plain ${. What is expanded into the user:password part of
# a URL is escaped. A secret x can be read from a file with x_file.
`

// sampleYAML writes the sample; with live its examples are not commented out.
func sampleYAML(t *testing.T, docs *docReader, live bool) string {
	t.Helper()
	c := Default()
	p := &printer{}
	p.comment = func(f field, indent int) {
		if !strings.HasSuffix(p.b.String(), ":\n") { // a section's first field stands right below it
			p.b.WriteString("\n")
		}
		for _, l := range wrap(docs.field(t, f), 110-2*indent) {
			p.line(indent, "# "+l)
		}
	}
	mark := "# "
	if live {
		mark = ""
	}
	p.example = func(f field, indent int) {
		var lines []string
		elem := f.typ.Elem()
		switch {
		case elem == reflect.TypeFor[Stream]():
			lines = []string{"gate-north:", `  source: {url: "rtsp://viewer:${CAM_PW}@192.0.2.7/1"}`, "  roi: {strength: 0.4}",
				"  renditions: {hd: {size: 1280x720, bitrate: {max: 4Mbps}}}"}
		case elem.Kind() == reflect.Struct && !isScalar(elem):
			inner := &printer{}
			inner.comment = func(f field, indent int) {
				for _, l := range wrap(docs.field(t, f), 100-2*indent) {
					inner.line(indent, "# "+l)
				}
			}
			v := reflect.New(elem).Elem()
			if proto := c.prototypes()[elem]; proto != nil {
				v.Set(proto())
			}
			if f.typ.Kind() == reflect.Map {
				inner.line(0, "hd:")
				inner.structure(v, 1)
			} else {
				inner.line(0, "-")
				inner.structure(v, 1)
			}
			lines = strings.Split(strings.TrimSuffix(inner.b.String(), "\n"), "\n")
		default:
			return
		}
		if live {
			text := strings.TrimSuffix(strings.TrimSuffix(p.b.String(), " {}\n"), " []\n") + "\n"
			p.b.Reset()
			p.b.WriteString(text)
		}
		for _, l := range lines {
			p.line(indent+1, mark+l)
		}
	}
	p.structure(reflect.ValueOf(c).Elem(), 0)
	return sampleHead + p.b.String()
}

func wrap(text string, width int) []string {
	var lines []string
	line := ""
	for _, word := range strings.Fields(text) {
		if line != "" && len(line)+1+len(word) > width {
			lines, line = append(lines, line), ""
		}
		if line != "" {
			line += " "
		}
		line += word
	}
	return append(lines, line)
}

func schemaJSON(t *testing.T, docs *docReader) []byte {
	t.Helper()
	s := &schemaWriter{t: t, docs: docs, defaults: Default()}
	root := s.object(reflect.TypeFor[Config](), reflect.ValueOf(s.defaults).Elem())
	root["$schema"] = "https://json-schema.org/draft/2020-12/schema"
	root["title"] = "Vantage configuration"
	root["$defs"] = map[string]any{
		"env":  map[string]any{"type": "string", "pattern": `\$\{[A-Za-z_][A-Za-z0-9_]*(:-[^}]*)?\}`, "description": "an environment variable"},
		"text": map[string]any{"type": []string{"string", "number", "boolean"}},
	}
	out, err := json.MarshalIndent(root, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	return append(out, '\n')
}

type schemaWriter struct {
	t        *testing.T
	docs     *docReader
	defaults *Config
}

func (s *schemaWriter) object(t reflect.Type, v reflect.Value) map[string]any {
	properties := map[string]any{}
	for _, f := range fieldsOf(t) {
		p := s.value(f.typ, v.FieldByIndex(f.index))
		p["description"] = s.docs.field(s.t, f)
		properties[f.name] = p
		if f.hasFile() {
			properties[f.name+fileSuffix] = map[string]any{"type": "string",
				"description": "file that holds the value of " + f.name + ", relative to the configuration file"}
		}
	}
	return map[string]any{"type": []string{"object", "null"}, "properties": properties, "additionalProperties": false}
}

func (s *schemaWriter) value(t reflect.Type, v reflect.Value) map[string]any {
	env := map[string]any{"$ref": "#/$defs/env"}
	either := func(p map[string]any) map[string]any { return map[string]any{"anyOf": []any{p, env}} }
	span := map[string]any{"type": "string", "pattern": `^([0-9.]+(ns|us|µs|ms|s|m|h))+$|^0$`}
	switch {
	case t == reflect.TypeFor[time.Duration]():
		p := either(span)
		p["default"] = durationText(time.Duration(v.Int()))
		return p
	case t == reflect.TypeFor[media.Codec]():
		var names []string
		for c := media.H264; c <= media.PCMA; c++ {
			if c.Kind() == media.Video {
				names = append(names, c.String())
			}
		}
		return map[string]any{"enum": names, "default": scalarPlain(v)}
	case isScalar(t) && (t.Kind() == reflect.String || t.Kind() != reflect.Bool && reflect.PointerTo(t).Implements(reflect.TypeFor[fmt.Stringer]())):
		return map[string]any{"$ref": "#/$defs/text", "default": scalarPlain(v)}
	case t.Kind() == reflect.Bool:
		p := either(map[string]any{"type": "boolean"})
		p["default"] = v.Bool()
		return p
	case isScalar(t):
		kind := "integer"
		if t.Kind() == reflect.Float64 || t.Kind() == reflect.Float32 {
			kind = "number"
		}
		p := either(map[string]any{"type": kind})
		p["default"] = v.Interface()
		return p
	case t.Kind() == reflect.Struct:
		return s.object(t, v)
	case t.Kind() == reflect.Map:
		return map[string]any{"type": []string{"object", "null"}, "additionalProperties": s.value(t.Elem(), s.element(t.Elem()))}
	default:
		return map[string]any{"type": []string{"array", "null"}, "items": s.value(t.Elem(), s.element(t.Elem()))}
	}
}

func (s *schemaWriter) element(t reflect.Type) reflect.Value {
	if proto := s.defaults.prototypes()[t]; proto != nil {
		return proto()
	}
	return reflect.New(t).Elem()
}

func scalarPlain(v reflect.Value) string {
	text := scalarText(v, field{})
	if plain, ok := strings.CutPrefix(text, `"`); ok {
		return strings.TrimSuffix(plain, `"`)
	}
	return text
}

// referenceTables writes a Markdown table for each section.
func referenceTables(t *testing.T, docs *docReader) string {
	t.Helper()
	var b strings.Builder
	c := Default()
	var section func(title string, v reflect.Value)
	section = func(title string, v reflect.Value) {
		type deeper struct {
			title string
			v     reflect.Value
		}
		var below []deeper
		heading := "Top level"
		if title != "" {
			heading = "`" + title + "`"
		}
		fmt.Fprintf(&b, "\n### %s\n\n| field | default | meaning |\n| --- | --- | --- |\n", heading)
		for _, f := range fieldsOf(v.Type()) {
			fv := v.FieldByIndex(f.index)
			path := join(title, f.name)
			shown := ""
			switch {
			case isScalar(f.typ):
				shown = "`" + scalarText(fv, f) + "`"
			case f.typ.Kind() == reflect.Struct:
				below = append(below, deeper{path, fv})
			default:
				elem := f.typ.Elem()
				shown = "none"
				if fv.Len() > 0 {
					inline := printer{}
					inline.field(f, fv, 0)
					_, text, _ := strings.Cut(strings.TrimSpace(inline.b.String()), ": ")
					shown = "`" + text + "`"
				}
				if isScalar(elem) || elem == reflect.TypeFor[Stream]() {
					break
				}
				e := reflect.New(elem).Elem()
				if proto := c.prototypes()[elem]; proto != nil {
					e = proto()
				}
				suffix := "[]"
				if f.typ.Kind() == reflect.Map {
					suffix = ".NAME"
				}
				below = append(below, deeper{path + suffix, e})
			}
			doc := regexp.MustCompile(` Default .*$`).ReplaceAllString(docs.field(t, f), "")
			fmt.Fprintf(&b, "| `%s` | %s | %s |\n", f.name, shown, strings.ReplaceAll(doc, "|", `\|`))
		}
		for _, d := range below {
			section(d.title, d.v)
		}
	}
	section("", reflect.ValueOf(c).Elem())
	return b.String()
}

const (
	beginMarker = "<!-- generated: go generate ./internal/config -->\n"
	endMarker   = "\n<!-- end of generated -->\n"
)

func betweenMarkers(t *testing.T, page []byte, generated string) []byte {
	t.Helper()
	head, rest, ok1 := strings.Cut(string(page), beginMarker)
	_, tail, ok2 := strings.Cut(rest, endMarker)
	if !ok1 || !ok2 {
		t.Fatal("docs/config.md has lost its markers")
	}
	return []byte(head + beginMarker + generated + endMarker + tail)
}

// TestDocCommentsTellTheTrueDefault compares what doc comments say with what Default does.
func TestDocCommentsTellTheTrueDefault(t *testing.T) {
	docs := &docReader{structs: map[reflect.Type]map[string]string{}}
	says := regexp.MustCompile(`Default (.*)\.$`)
	c := Default()
	var walk func(path string, v reflect.Value)
	walk = func(path string, v reflect.Value) {
		for _, f := range fieldsOf(v.Type()) {
			at, fv := join(path, f.name), v.FieldByIndex(f.index)
			if f.typ.Kind() == reflect.Struct && !isScalar(f.typ) {
				walk(at, fv)
				continue
			}
			claim := says.FindStringSubmatch(docs.field(t, f))
			if claim == nil {
				if strings.Contains(path, "[]") { // what is needed has no default
					continue
				}
				t.Errorf("%s does not tell its default", at)
				continue
			}
			truth := strings.Trim(scalarOrList(f, fv), `"`)
			if said, _, _ := strings.Cut(strings.Trim(claim[1], `"`), ": anybody"); said != truth {
				t.Errorf("%s says its default is %q, and it is %q", at, said, truth)
			}
			if !isScalar(f.typ) && f.typ.Elem().Kind() == reflect.Struct && !isScalar(f.typ.Elem()) && f.typ.Elem() != reflect.TypeFor[Stream]() {
				e := reflect.New(f.typ.Elem()).Elem()
				if proto := c.prototypes()[f.typ.Elem()]; proto != nil {
					e = proto()
				}
				walk(at+"[]", e)
			}
		}
	}
	walk("", reflect.ValueOf(c).Elem())
}

// scalarOrList is the value in the words of doc comments.
func scalarOrList(f field, v reflect.Value) string {
	if isScalar(f.typ) {
		if text := scalarText(v, f); text != `""` {
			return text
		}
		return "empty"
	}
	if v.Len() == 0 {
		return "none"
	}
	p := printer{}
	p.field(f, v, 0)
	_, text, _ := strings.Cut(strings.TrimSpace(p.b.String()), ": ")
	return text
}
