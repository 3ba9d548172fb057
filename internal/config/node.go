package config

// The limits on a document. The YAML parser takes quadratic time in the depth, and aliases multiply.
const (
	// MaxFileBytes is the largest configuration file that is read: some four thousand cameras.
	MaxFileBytes = 1 << 20

	// maxDepth is how deep mappings and sequences may nest; the configuration itself needs six.
	maxDepth = 32

	// maxNodes is how many values a document may have once its aliases are followed.
	maxNodes = 1 << 18
)

type nodeKind uint8

const (
	nullNode nodeKind = iota
	scalarNode
	mappingNode
	sequenceNode
)

func (k nodeKind) String() string {
	return [...]string{"nothing", "a single value", "a mapping", "a list"}[k]
}

// node is a YAML or JSON value with the line it was written on: what the decoder needs and no more.
type node struct {
	kind  nodeKind
	line  int // 0 in JSON
	text  string
	pairs []pair  // of a mapping, in order, keys unique
	items []*node // of a sequence
}

type pair struct {
	key   string
	line  int
	value *node
}

// find returns the value under key, or nil.
func (n *node) find(key string) *node {
	for _, p := range n.pairs {
		if p.key == key {
			return p.value
		}
	}
	return nil
}
