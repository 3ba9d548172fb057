package config

import (
	"reflect"
	"strings"

	"vantage/internal/redact"
)

// fileSuffix makes the key that reads a secret from a file.
const fileSuffix = "_file"

// field is what the decoder knows of a struct field: its yaml key, and from its type or from the tag
// `config:"secret,url,was=old_name"` how it is treated.
type field struct {
	name   string
	index  []int
	typ    reflect.Type
	goName string
	owner  reflect.Type // the struct that declares it
	was    string       // its former name, which still works with a warning
	secret bool         // masked whenever shown
	url    bool         // its user information is masked, and what is expanded into that is escaped
}

// hasFile reports whether "<name>_file" may give the value.
func (f field) hasFile() bool { return f.secret || f.url }

func (f field) names(key string) bool {
	return key == f.name || f.was != "" && key == f.was || f.hasFile() && key == f.name+fileSuffix
}

// fieldsOf returns the fields of a struct in order. Embedded structs are part of it; a field without a yaml tag is none of
// the configuration's.
func fieldsOf(t reflect.Type) []field {
	var all []field
	for i := range t.NumField() {
		sf := t.Field(i)
		if sf.Anonymous {
			for _, f := range fieldsOf(sf.Type) {
				f.index = append([]int{i}, f.index...)
				all = append(all, f)
			}
			continue
		}
		name, _, _ := strings.Cut(sf.Tag.Get("yaml"), ",")
		if name == "" || name == "-" || !sf.IsExported() {
			continue
		}
		f := field{name: name, index: []int{i}, typ: sf.Type, goName: sf.Name, owner: t}
		for option := range strings.SplitSeq(sf.Tag.Get("config"), ",") {
			key, value, _ := strings.Cut(option, "=")
			switch key {
			case "secret":
				f.secret = true
			case "url":
				f.url = true
			case "was":
				f.was = value
			}
		}
		switch sf.Type {
		case reflect.TypeFor[redact.Secret]():
			f.secret = true
		case reflect.TypeFor[redact.SecretURL]():
			f.url = true
		}
		all = append(all, f)
	}
	return all
}
