package archtest

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "vantage"

// goFile is a Go file of this module, whatever its build constraints.
type goFile struct {
	name    string // below the root of the module
	pkg     string // directory of that, "media/bitstream"
	text    string
	imports []string
	doc     string // of the package
	funcs   []string
}

func (f goFile) isTest() bool { return strings.HasSuffix(f.name, "_test.go") }

// tree reads every Go file of the module.
func tree(t *testing.T) []goFile {
	t.Helper()
	root := filepath.Join("..", "..")
	var files []goFile
	err := filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			base := d.Name()
			if name != root && (strings.HasPrefix(base, ".") || base == "node_modules" || base == "testdata" || base == "bin") {
				return filepath.SkipDir
			}
			return nil
		}
		if filepath.Ext(name) != ".go" {
			return nil
		}
		rel, err := filepath.Rel(root, name)
		if err != nil {
			return err
		}
		text, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), name, text, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		f := goFile{name: filepath.ToSlash(rel), text: string(text), doc: parsed.Doc.Text()}
		f.pkg = path.Dir(f.name)
		for _, spec := range parsed.Imports {
			p, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				return err
			}
			f.imports = append(f.imports, p)
		}
		for _, decl := range parsed.Decls {
			if fn, ok := decl.(*ast.FuncDecl); ok && fn.Recv == nil {
				f.funcs = append(f.funcs, fn.Name.Name)
			}
		}
		files = append(files, f)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(files) < 50 {
		t.Fatalf("found only %d Go files", len(files))
	}
	return files
}

// packages returns the packages of the files, sorted; with tests those that have nothing else as well.
func packages(files []goFile, withTests bool) []string {
	var all []string
	for _, f := range files {
		if (withTests || !f.isTest()) && !slices.Contains(all, f.pkg) {
			all = append(all, f.pkg)
		}
	}
	slices.Sort(all)
	return all
}
