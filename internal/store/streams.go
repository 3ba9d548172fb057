package store

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"sync"

	"vantage/internal/hint"
	"vantage/media"
)

const (
	// FileName is the file's name in the state directory.
	FileName = "streams.json"

	// Version is that of the format. It changes only when an older program would misread the file.
	Version = 1

	// MaxStreams and MaxDocumentBytes bound what is kept; MaxFileBytes is what is read.
	MaxStreams       = 4096
	MaxDocumentBytes = 64 << 10
	MaxFileBytes     = 64 << 20
)

// Streams are the saved streams of a state directory.
type Streams struct {
	path   string
	damage error

	mu   sync.Mutex
	docs map[media.StreamID]json.RawMessage
}

// file is the form on disk.
type file struct {
	Version int                                `json:"version"`
	Streams map[media.StreamID]json.RawMessage `json:"streams"`
}

// Open reads the streams of the directory, which need not exist yet. A damaged file is moved aside and the store begins
// empty, see [Streams.Damage]: a server that serves the streams of its configuration is better than none. An error is one that a
// person must mend first, such as a file that cannot be read or that a newer program wrote.
func Open(dir string) (*Streams, error) {
	s := &Streams{path: filepath.Join(dir, FileName), docs: map[media.StreamID]json.RawMessage{}}
	f, err := os.Open(s.path)
	if errors.Is(err, fs.ErrNotExist) {
		return s, nil
	}
	if err != nil {
		return nil, hint.New(fmt.Errorf("saved streams: %w", err), "make the file readable for the user that runs vantage, or set state_dir")
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, MaxFileBytes+1))
	if err != nil {
		return nil, fmt.Errorf("saved streams %s: %w", s.path, err)
	}
	docs, err := decode(data)
	if newer, ok := errors.AsType[*newerError](err); ok {
		return nil, hint.New(fmt.Errorf("saved streams %s: %w", s.path, newer),
			"run the newer vantage, or move the file away to begin without the streams in it")
	}
	if err != nil {
		return s, s.moveAside(err)
	}
	s.docs = docs
	return s, nil
}

// moveAside keeps the damaged file for a person to look at, under a name that is not taken.
func (s *Streams) moveAside(why error) error {
	for i := 1; ; i++ {
		aside := fmt.Sprintf("%s.damaged-%d", s.path, i)
		if _, err := os.Lstat(aside); err == nil {
			continue
		}
		if err := os.Rename(s.path, aside); err != nil {
			return fmt.Errorf("saved streams %s: %w, and it cannot be moved aside: %w", s.path, why, err)
		}
		s.damage = hint.New(fmt.Errorf("saved streams %s: %w; it was moved to %s", s.path, why, aside),
			"add the cameras again, or mend the file, name it "+FileName+" and restart")
		return nil
	}
}

type newerError struct{ version int }

func (e *newerError) Error() string {
	return fmt.Sprintf("has format %d, and this program knows up to %d", e.version, Version)
}

// decode reads the file's content strictly.
func decode(data []byte) (map[media.StreamID]json.RawMessage, error) {
	if len(data) > MaxFileBytes {
		return nil, fmt.Errorf("has more than %d bytes", MaxFileBytes)
	}
	var head struct{ Version int }
	if err := json.Unmarshal(data, &head); err != nil {
		return nil, fmt.Errorf("is not JSON: %w", err)
	}
	if head.Version > Version {
		return nil, &newerError{head.Version}
	}
	if head.Version < 1 {
		return nil, errors.New("has no version")
	}
	var f file
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(&f); err != nil {
		return nil, err
	}
	if len(f.Streams) > MaxStreams {
		return nil, fmt.Errorf("has %d streams; at most %d are kept", len(f.Streams), MaxStreams)
	}
	docs := make(map[media.StreamID]json.RawMessage, len(f.Streams))
	for id, doc := range f.Streams {
		compact, err := check(id, doc)
		if err != nil {
			return nil, err
		}
		docs[id] = compact
	}
	return docs, nil
}

// check returns a compact copy of a document that may be kept.
func check(id media.StreamID, doc json.RawMessage) (json.RawMessage, error) {
	if !id.Valid() {
		return nil, fmt.Errorf("%q is no stream name", id)
	}
	if len(doc) > MaxDocumentBytes {
		return nil, fmt.Errorf("stream %s: has %d bytes; at most %d are kept", id, len(doc), MaxDocumentBytes)
	}
	var compact bytes.Buffer
	if err := json.Compact(&compact, doc); err != nil {
		return nil, fmt.Errorf("stream %s: %w", id, err)
	}
	if !bytes.HasPrefix(compact.Bytes(), []byte("{")) {
		return nil, fmt.Errorf("stream %s: is not a JSON object", id)
	}
	return compact.Bytes(), nil
}

// Damage says what was wrong with the file that Open found, with where it was moved and the remedy; nil when all is well.
func (s *Streams) Damage() error { return s.damage }

// All returns the saved documents by name, a copy.
func (s *Streams) All() map[media.StreamID]json.RawMessage {
	s.mu.Lock()
	defer s.mu.Unlock()
	docs := make(map[media.StreamID]json.RawMessage, len(s.docs))
	for id, doc := range s.docs {
		docs[id] = slices.Clone(doc)
	}
	return docs
}

// Put saves a stream under its name, in place of one that has it. When it returns without an error, the stream is on the disk;
// with one, what was saved before still is.
func (s *Streams) Put(id media.StreamID, doc json.RawMessage) error {
	compact, err := check(id, doc)
	if err != nil {
		return fmt.Errorf("save: %w", err)
	}
	return s.change(func(docs map[media.StreamID]json.RawMessage) error {
		docs[id] = compact
		if len(docs) > MaxStreams {
			return hint.New(fmt.Errorf("save stream %s: %d are saved, and no more are kept", id, MaxStreams), "write streams into the configuration file")
		}
		return nil
	})
}

// Delete removes a stream; one that is not saved is no error.
func (s *Streams) Delete(id media.StreamID) error {
	return s.change(func(docs map[media.StreamID]json.RawMessage) error {
		delete(docs, id)
		return nil
	})
}

func (s *Streams) change(edit func(map[media.StreamID]json.RawMessage) error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	docs := maps.Clone(s.docs)
	if err := edit(docs); err != nil {
		return err
	}
	data, err := json.MarshalIndent(file{Version, docs}, "", "  ")
	if err != nil {
		return fmt.Errorf("saved streams: %w", err)
	}
	if err := replaceFile(s.path, append(data, '\n')); err != nil {
		return hint.New(fmt.Errorf("saved streams: %w", err), "make the directory writable for the user that runs vantage, or set state_dir")
	}
	s.docs = docs
	return nil
}
