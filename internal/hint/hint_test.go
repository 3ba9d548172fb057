package hint_test

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"testing"

	"vantage/internal/hint"
)

func TestOf(t *testing.T) {
	base := errors.New("refused")
	for name, tc := range map[string]struct {
		err  error
		want string
	}{
		"nil has no remedy":                         {nil, ""},
		"a plain error has none":                    {base, ""},
		"a hinted error has its own":                {hint.New(base, "try again"), "try again"},
		"a wrapped one keeps it":                    {fmt.Errorf("open: %w", hint.New(base, "try again")), "try again"},
		"the outermost of a chain wins":             {hint.New(fmt.Errorf("x: %w", hint.New(base, "inner")), "outer"), "outer"},
		"joined errors keep all":                    {errors.Join(hint.New(base, "a"), base, hint.New(base, "b")), "a; b"},
		"joined errors say the same thing once":     {errors.Join(hint.New(base, "a"), hint.New(io.EOF, "a")), "a"},
		"several %w verbs keep all":                 {fmt.Errorf("%w, %w", hint.New(base, "a"), hint.New(io.EOF, "b")), "a; b"},
		"a remedy over joined errors wins over all": {hint.New(errors.Join(hint.New(base, "a"), hint.New(base, "b")), "c"), "c"},
		"an empty remedy is none":                   {hint.New(hint.New(base, "a"), ""), "a"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := hint.Of(tc.err); got != tc.want {
				t.Errorf("got %q, want %q", got, tc.want)
			}
		})
	}
}

func TestNew(t *testing.T) {
	t.Run("nil stays nil", func(t *testing.T) {
		if err := hint.New(nil, "a"); err != nil {
			t.Errorf("got %v", err)
		}
	})
	t.Run("message and identity are those of the error", func(t *testing.T) {
		path := &fs.PathError{Op: "open", Path: "vantage.yaml", Err: fs.ErrNotExist}
		err := fmt.Errorf("config: %w", hint.New(path, "run 'vantage config print'"))
		if got, want := err.Error(), "config: "+path.Error(); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
		if !errors.Is(err, fs.ErrNotExist) {
			t.Error("errors.Is does not see through the hint")
		}
		if got, ok := errors.AsType[*fs.PathError](err); !ok || got != path {
			t.Errorf("errors.AsType: got %v, want %v", got, path)
		}
	})
}
