package config

// Warning is something that works today and that a person should change: a renamed field, a server open to everybody.
type Warning struct {
	File string
	Line int    // from 1; 0 when it is not about one line
	Path string // of the field, dotted
	Msg  string
	Hint string // the remedy
}

// String reads like [FieldError.Error], without the remedy.
func (w Warning) String() string {
	e := FieldError{File: w.File, Line: w.Line, Path: w.Path, Msg: w.Msg}
	return e.Error()
}
