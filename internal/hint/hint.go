package hint

import "strings"

// hinted is an error with a remedy beside it.
type hinted struct {
	err    error
	remedy string
}

func (h *hinted) Error() string { return h.err.Error() }
func (h *hinted) Unwrap() error { return h.err }

// New returns err with a remedy. The result reads, and matches in errors.Is and errors.As, as err does. It returns nil
// for a nil err, and err itself for an empty remedy.
func New(err error, remedy string) error {
	if err == nil || remedy == "" {
		return err
	}
	return &hinted{err, remedy}
}

// Of returns the remedy of err, or "" when it has none. Of several on the way down a chain the outermost wins, because
// who wrapped last knew most of what the person was doing. The remedies of joined errors are all kept, each once, in
// order, separated by "; ".
func Of(err error) string {
	return strings.Join(collect(nil, err), "; ")
}

func collect(found []string, err error) []string {
	for err != nil {
		switch e := err.(type) { //nolint:errorlint // this walks the chain itself
		case *hinted:
			for _, f := range found {
				if f == e.remedy {
					return found
				}
			}
			return append(found, e.remedy)
		case interface{ Unwrap() error }:
			err = e.Unwrap()
		case interface{ Unwrap() []error }:
			for _, branch := range e.Unwrap() {
				found = collect(found, branch)
			}
			return found
		default:
			return found
		}
	}
	return found
}
