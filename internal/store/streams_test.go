package store_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"vantage/internal/hint"
	"vantage/internal/store"
	"vantage/media"
)

const camera = `{"source":{"url":"rtsp://a:hunter2@192.0.2.7/1"}}`

func open(t *testing.T, dir string) *store.Streams {
	t.Helper()
	s, err := store.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestStreamsSurviveARestart(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "state", "vantage")
	s := open(t, dir)
	for _, id := range []media.StreamID{"gate", "yard", "door"} {
		if err := s.Put(id, json.RawMessage(" {\n \"source\" : {\"url\":\"rtsp://a:hunter2@192.0.2.7/1\"} } ")); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Put("door", json.RawMessage(`{}`)); err != nil {
		t.Fatal(err)
	}
	if err := s.Delete("yard"); err != nil {
		t.Fatal(err)
	}
	if err := s.Delete("never-was"); err != nil {
		t.Fatal(err)
	}
	got := open(t, dir).All()
	if len(got) != 2 || string(got["gate"]) != camera || string(got["door"]) != "{}" {
		t.Errorf("got %s", got)
	}
}

func TestFileIsForItsOwnerOnly(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "state")
	if err := open(t, dir).Put("gate", json.RawMessage(camera)); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]os.FileMode{dir: 0o700 | os.ModeDir, filepath.Join(dir, store.FileName): 0o600} {
		info, err := os.Stat(name)
		if err != nil {
			t.Fatal(err)
		}
		if info.Mode() != want {
			t.Errorf("%s: got %v, want %v", name, info.Mode(), want)
		}
	}
}

func TestWhatMayNotBeSaved(t *testing.T) {
	s := open(t, t.TempDir())
	for name, tc := range map[string]struct {
		id  media.StreamID
		doc string
	}{
		"a name that is a path":        {"../gate", "{}"},
		"a document that is no JSON":   {"gate", "{"},
		"a document that is no object": {"gate", "[]"},
		"an empty document":            {"gate", ""},
		"a document over the limit":    {"gate", `{"a":"` + strings.Repeat("x", store.MaxDocumentBytes) + `"}`},
	} {
		t.Run(name, func(t *testing.T) {
			if err := s.Put(tc.id, json.RawMessage(tc.doc)); err == nil {
				t.Error("it was saved")
			}
			if len(s.All()) != 0 {
				t.Error("it is kept")
			}
		})
	}
}

// TestDamagedFileIsMovedAside cuts a good file at every length, as a crash without atomic replacement would, and adds other
// damage.
func TestDamagedFileIsMovedAside(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, store.FileName)
	if err := open(t, dir).Put("gate", json.RawMessage(camera)); err != nil {
		t.Fatal(err)
	}
	good, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	damaged := map[string]string{
		"an unknown field": `{"version":1,"streams":{},"more":1}`,
		"no version":       `{"streams":{}}`,
		"a bad name":       `{"version":1,"streams":{"../x":{}}}`,
		"a bad document":   `{"version":1,"streams":{"x":[]}}`,
		"zeros":            strings.Repeat("\x00", 100),
	}
	for i := range len(good) - 2 {
		damaged[fmt.Sprintf("cut at byte %d", i)] = string(good[:i])
	}
	for name, text := range damaged {
		dir := t.TempDir()
		path := filepath.Join(dir, store.FileName)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		s, err := store.Open(dir)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		damage := s.Damage()
		if damage == nil || !strings.Contains(damage.Error(), path+".damaged-1") || hint.Of(damage) == "" {
			t.Errorf("%s: told as %v, hint %q", name, damage, hint.Of(damage))
		}
		if kept, err := os.ReadFile(path + ".damaged-1"); err != nil || string(kept) != text {
			t.Errorf("%s: the file was not kept: %v", name, err)
		}
		if err := s.Put("gate", json.RawMessage(camera)); err != nil || open(t, dir).Damage() != nil {
			t.Errorf("%s: the store does not go on: %v", name, err)
		}
	}
}

func TestSecondDamageDoesNotOverwriteTheFirst(t *testing.T) {
	dir := t.TempDir()
	for i := 1; i <= 2; i++ {
		if err := os.WriteFile(filepath.Join(dir, store.FileName), fmt.Append(nil, i, "{"), 0o600); err != nil {
			t.Fatal(err)
		}
		open(t, dir)
	}
	for i := 1; i <= 2; i++ {
		kept, err := os.ReadFile(filepath.Join(dir, fmt.Sprintf("%s.damaged-%d", store.FileName, i)))
		if err != nil || string(kept) != fmt.Sprint(i, "{") {
			t.Errorf("damage %d: got %q, %v", i, kept, err)
		}
	}
}

func TestNewerFileIsLeftAlone(t *testing.T) {
	path := filepath.Join(t.TempDir(), store.FileName)
	const text = `{"version":2,"cameras":[]}`
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := store.Open(filepath.Dir(path)); err == nil || hint.Of(err) == "" || !strings.Contains(err.Error(), path) {
		t.Errorf("got %v, hint %q", err, hint.Of(err))
	}
	if kept, err := os.ReadFile(path); err != nil || string(kept) != text {
		t.Errorf("the file was changed: %q, %v", kept, err)
	}
}

func TestCrashWhileWritingLeavesTheOldFile(t *testing.T) {
	dir := t.TempDir()
	if err := open(t, dir).Put("gate", json.RawMessage(camera)); err != nil {
		t.Fatal(err)
	}
	// A crash before the rename leaves a half-written file beside the good one.
	if err := os.WriteFile(filepath.Join(dir, "."+store.FileName+".new"), []byte(`{"versi`), 0o600); err != nil {
		t.Fatal(err)
	}
	s := open(t, dir)
	if len(s.All()) != 1 || s.Damage() != nil {
		t.Errorf("got %s, %v", s.All(), s.Damage())
	}
	if err := s.Put("yard", json.RawMessage(camera)); err != nil {
		t.Fatal(err)
	}
	if got := open(t, dir).All(); len(got) != 2 {
		t.Errorf("got %s", got)
	}
}

func TestFailedWriteChangesNothing(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	if err := s.Put("gate", json.RawMessage(camera)); err != nil {
		t.Fatal(err)
	}
	// A directory in the place of the temporary file cannot be overwritten, by root neither.
	blocker := filepath.Join(dir, "."+store.FileName+".new", "x")
	if err := os.MkdirAll(blocker, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := s.Put("yard", json.RawMessage(camera)); err == nil || hint.Of(err) == "" {
		t.Errorf("got %v, hint %q", err, hint.Of(err))
	}
	if len(s.All()) != 1 || len(open(t, dir).All()) != 1 {
		t.Error("the stream is kept in memory or on disk")
	}
}

func TestConcurrentChanges(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			if err := s.Put(media.StreamID(fmt.Sprint("cam-", i)), json.RawMessage(camera)); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if got := open(t, dir).All(); len(got) != 8 {
		t.Errorf("got %d streams", len(got))
	}
}

func FuzzOpen(f *testing.F) {
	f.Add([]byte(`{"version":1,"streams":{"gate":` + camera + `}}`))
	f.Add([]byte(`{"version":9}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, store.FileName), data, 0o600); err != nil {
			t.Fatal(err)
		}
		s, err := store.Open(dir)
		if err != nil {
			return
		}
		before := s.All()
		if err := s.Put("one-more", json.RawMessage("{}")); err != nil {
			t.Fatal(err)
		}
		before["one-more"] = json.RawMessage("{}")
		if got := open(t, dir).All(); fmt.Sprintf("%s", got) != fmt.Sprintf("%s", before) {
			t.Fatalf("got %s, want %s", got, before)
		}
	})
}
