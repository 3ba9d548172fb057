package config

import (
	"errors"
	"fmt"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

// parseYAML reads one YAML document. Its errors are of type *FieldError.
func parseYAML(data []byte) (n *node, err error) {
	if len(data) > MaxFileBytes {
		return nil, &FieldError{Msg: fmt.Sprintf("the configuration has %d bytes; at most %d are read", len(data), MaxFileBytes)}
	}
	if line := tooDeep(data); line > 0 {
		return nil, deepError(line)
	}
	// The parser panics on some malformed documents; to the person that is a syntax error like any other.
	defer func() {
		if r := recover(); r != nil {
			n, err = nil, &FieldError{Msg: "this is not YAML", Hint: "check the indentation, brackets and quotes"}
		}
	}()
	file, err := parser.ParseBytes(data, 0)
	if err != nil {
		return nil, syntaxError(err)
	}
	b := yamlBuilder{anchors: map[string]*node{}}
	var root *node
	for _, doc := range file.Docs {
		if doc.Body == nil {
			continue
		}
		if root != nil {
			return nil, &FieldError{Line: lineOf(doc.Body), Msg: "a second document begins here", Hint: "remove the line '---'"}
		}
		if root, err = b.build(doc.Body, 0); err != nil {
			return nil, err
		}
	}
	if root == nil {
		root = &node{line: 1}
	}
	return root, nil
}

// tooDeep returns the line at which brackets or dashes nest deeper than any configuration does, or 0. Brackets in quoted
// text count as well; nobody leaves that many open.
func tooDeep(data []byte) int {
	depth, dashes, line := 0, 0, 1
	lead := true // only dashes and spaces so far on this line
	for _, c := range data {
		switch c {
		case '\n':
			line++
			dashes, lead = 0, true
		case '[', '{':
			depth++
			lead = false
		case ']', '}':
			depth = max(0, depth-1)
			lead = false
		case '-', '?':
			if lead {
				dashes++
			}
		case ' ', '\t', '\r':
		default:
			lead = false
			dashes = 0
		}
		if depth > maxDepth || !lead && dashes > maxDepth {
			return line
		}
	}
	return 0
}

func deepError(line int) error {
	return &FieldError{Line: line, Msg: fmt.Sprintf("nested deeper than %d levels", maxDepth)}
}

func syntaxError(err error) error {
	msg, line := err.Error(), 0
	if y, ok := errors.AsType[yaml.Error](err); ok {
		msg = y.GetMessage()
		if t := y.GetToken(); t != nil && t.Position != nil {
			line = t.Position.Line
		}
	}
	msg, _, _ = strings.Cut(msg, "\n")
	return &FieldError{Line: line, Msg: "this is not YAML: " + msg}
}

func lineOf(n ast.Node) int {
	if n != nil {
		if t := n.GetToken(); t != nil && t.Position != nil {
			return t.Position.Line
		}
	}
	return 0
}

// yamlBuilder turns the parser's tree into nodes: it follows aliases, merges "<<" and refuses what grows too big.
type yamlBuilder struct {
	anchors map[string]*node
	nodes   int
}

func (b *yamlBuilder) build(n ast.Node, depth int) (*node, error) {
	line := lineOf(n)
	if depth > maxDepth {
		return nil, deepError(line)
	}
	if b.nodes++; b.nodes > maxNodes {
		return nil, tooManyError(line)
	}
	switch n := n.(type) {
	case nil, *ast.NullNode:
		return &node{line: line}, nil
	case *ast.MappingNode:
		return b.mapping(n.Values, line, depth)
	case *ast.MappingValueNode:
		return b.mapping([]*ast.MappingValueNode{n}, line, depth)
	case *ast.SequenceNode:
		out := &node{kind: sequenceNode, line: line}
		for _, v := range n.Values {
			item, err := b.build(v, depth+1)
			if err != nil {
				return nil, err
			}
			out.items = append(out.items, item)
		}
		return out, nil
	case *ast.AnchorNode:
		out, err := b.build(n.Value, depth)
		if err == nil {
			b.anchors[n.Name.String()] = out
		}
		return out, err
	case *ast.AliasNode:
		name := n.Value.String()
		target, ok := b.anchors[name]
		if !ok {
			return nil, &FieldError{Line: line, Msg: fmt.Sprintf("*%s has no anchor &%s above it", name, name)}
		}
		if b.nodes += target.count(maxNodes - b.nodes + 1); b.nodes > maxNodes {
			return nil, tooManyError(line)
		}
		return target, nil
	case *ast.TagNode:
		return nil, &FieldError{Line: line, Msg: fmt.Sprintf("the YAML tag %s is not used here", n.Start.Value), Hint: "write the value without it"}
	case *ast.LiteralNode:
		return &node{kind: scalarNode, line: line, text: n.Value.Value}, nil
	case *ast.StringNode:
		return &node{kind: scalarNode, line: line, text: n.Value}, nil
	case ast.ScalarNode:
		return &node{kind: scalarNode, line: line, text: n.GetToken().Value}, nil
	}
	return nil, &FieldError{Line: line, Msg: fmt.Sprintf("a %s is not used here", strings.ToLower(n.Type().String()))}
}

func (b *yamlBuilder) mapping(values []*ast.MappingValueNode, line, depth int) (*node, error) {
	out := &node{kind: mappingNode, line: line}
	var merged []pair
	seen := map[string]bool{}
	for _, v := range values {
		at := lineOf(v.Key)
		value, err := b.build(v.Value, depth+1)
		if err != nil {
			return nil, err
		}
		if v.Key.IsMergeKey() {
			if value.kind != mappingNode {
				return nil, &FieldError{Line: at, Msg: "'<<' wants a mapping, such as '<<: *name'"}
			}
			merged = append(merged, value.pairs...)
			continue
		}
		key, ok := keyText(v.Key)
		if !ok {
			return nil, &FieldError{Line: at, Msg: "a key must be plain text"}
		}
		if seen[key] {
			return nil, &FieldError{Line: at, Msg: fmt.Sprintf("%q is given twice", key)}
		}
		seen[key] = true
		out.pairs = append(out.pairs, pair{key, at, value})
	}
	for _, p := range merged { // what is written here wins over what is merged in, and the first merge over the next
		if !seen[p.key] {
			seen[p.key] = true
			out.pairs = append(out.pairs, p)
		}
	}
	return out, nil
}

func keyText(k ast.MapKeyNode) (string, bool) {
	switch k := k.(type) {
	case *ast.StringNode:
		return k.Value, true
	case ast.ScalarNode: // a stream may be called 1 or true
		if t := k.GetToken(); t != nil {
			return t.Value, true
		}
	}
	return "", false
}

func tooManyError(line int) error {
	return &FieldError{Line: line, Msg: fmt.Sprintf("more than %d values, counting what aliases repeat", maxNodes)}
}

// count returns the number of values in n, or limit when there are more.
func (n *node) count(limit int) int {
	total := 1
	for _, p := range n.pairs {
		if total >= limit {
			return limit
		}
		total += p.value.count(limit - total)
	}
	for _, i := range n.items {
		if total >= limit {
			return limit
		}
		total += i.count(limit - total)
	}
	return total
}
