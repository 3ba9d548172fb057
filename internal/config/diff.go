package config

import (
	"maps"
	"reflect"
	"slices"
	"strings"

	"vantage/media"
)

// StreamChange says what differs in a stream that both configurations have.
type StreamChange struct {
	ID         media.StreamID
	Source     bool // it must be connected anew
	ROI        bool
	Renditions []string // added, removed or changed, sorted
}

// Changes is the difference between two configurations, as a reload needs it. All lists are sorted.
type Changes struct {
	Added, Removed []media.StreamID
	Changed        []StreamChange

	// Live are the fields outside the streams that take effect at once, such as "auth.publish".
	Live []string

	// Restart are those that only a restart of the server applies, such as "http.listen".
	Restart []string
}

// Empty reports whether nothing differs.
func (c Changes) Empty() bool {
	return len(c.Added)+len(c.Removed)+len(c.Changed)+len(c.Live)+len(c.Restart) == 0
}

// live are the sections and fields that are read anew for every request or log line, and what new streams begin with. All others are
// listeners and processes, which are set up once.
var live = []string{"log.level", "publish", "auth", "defaults"}

func isLive(path string) bool {
	return slices.ContainsFunc(live, func(l string) bool { return path == l || strings.HasPrefix(path, l+".") })
}

// Diff compares two configurations. An unchanged stream is in none of the lists: a reload leaves it alone.
func Diff(running, want *Config) Changes {
	var c Changes
	for id, s := range want.Streams {
		before, ok := running.Streams[id]
		if !ok {
			c.Added = append(c.Added, id)
		} else if change := diffStream(id, before, s); change.Source || change.ROI || len(change.Renditions) > 0 {
			c.Changed = append(c.Changed, change)
		}
	}
	for id := range running.Streams {
		if _, ok := want.Streams[id]; !ok {
			c.Removed = append(c.Removed, id)
		}
	}
	slices.Sort(c.Added)
	slices.Sort(c.Removed)
	slices.SortFunc(c.Changed, func(a, b StreamChange) int {
		if a.ID < b.ID {
			return -1
		}
		return 1
	})
	a, b := reflect.ValueOf(running).Elem(), reflect.ValueOf(want).Elem()
	for _, f := range fieldsOf(a.Type()) {
		if f.name == "streams" {
			continue
		}
		for _, path := range differences(f.name, a.FieldByIndex(f.index), b.FieldByIndex(f.index)) {
			if isLive(path) {
				c.Live = append(c.Live, path)
			} else {
				c.Restart = append(c.Restart, path)
			}
		}
	}
	slices.Sort(c.Live)
	slices.Sort(c.Restart)
	return c
}

func diffStream(id media.StreamID, a, b Stream) StreamChange {
	c := StreamChange{ID: id, Source: !reflect.DeepEqual(a.Source, b.Source), ROI: !reflect.DeepEqual(a.ROI, b.ROI)}
	names := map[string]bool{}
	for name, r := range a.Renditions {
		if other, ok := b.Renditions[name]; !ok || !reflect.DeepEqual(r, other) {
			names[name] = true
		}
	}
	for name := range b.Renditions {
		if _, ok := a.Renditions[name]; !ok {
			names[name] = true
		}
	}
	c.Renditions = slices.Sorted(maps.Keys(names))
	return c
}

// differences returns the paths of the fields that differ; maps and lists are compared whole, and empty ones are equal.
func differences(path string, a, b reflect.Value) []string {
	if a.Kind() == reflect.Struct && !isScalar(a.Type()) {
		var all []string
		for _, f := range fieldsOf(a.Type()) {
			all = append(all, differences(join(path, f.name), a.FieldByIndex(f.index), b.FieldByIndex(f.index))...)
		}
		return all
	}
	if (a.Kind() == reflect.Map || a.Kind() == reflect.Slice) && a.Len()+b.Len() == 0 {
		return nil
	}
	if reflect.DeepEqual(a.Interface(), b.Interface()) {
		return nil
	}
	return []string{path}
}
