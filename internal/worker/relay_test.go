package worker

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"
)

// relayed runs a child's standard error through a tail.
func relayed(t *testing.T, stderr string) (log string, words []string) {
	t.Helper()
	var out bytes.Buffer
	l := slog.New(slog.NewTextHandler(&out, &slog.HandlerOptions{ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
		if a.Key == slog.TimeKey {
			return slog.Attr{}
		}
		return a
	}}))
	var tl tail
	tl.relay(strings.NewReader(stderr), l)
	return out.String(), strings.Split(tl.String(), "\n")
}

func TestRecordsOfTheChildKeepTheirLevelAndAttributes(t *testing.T) {
	log, words := relayed(t, `{"time":"2026-01-01T00:00:00Z","level":"WARN","msg":"unit not decoded","errors":3,"err":"bad slice"}
{"level":"DEBUG","msg":"too quiet for this log"}
{"not":"a record"}
{"level":"INFO","msg":"encoder open","rendition":"roi"}
`)
	want := "level=WARN msg=\"unit not decoded\" err=\"bad slice\" errors=3\nlevel=INFO msg=\"encoder open\" rendition=roi\n"
	if log != want {
		t.Errorf("got log\n%swant\n%s", log, want)
	}
	if len(words) != 1 || words[0] != `{"not":"a record"}` {
		t.Errorf("got last words %q", words)
	}
}

func TestLinesTooLongDoNotEndTheRelay(t *testing.T) {
	log, words := relayed(t, strings.Repeat("x", 3*maxLine)+"\n{\"level\":\"INFO\",\"msg\":\"goes on\"}\n")
	if !strings.Contains(log, "goes on") {
		t.Errorf("got log %q", log)
	}
	if len(words) != 1 || len(words[0]) != maxLine {
		t.Errorf("kept %d lines, the first of %d bytes; want one of %d", len(words), len(words[0]), maxLine)
	}
}

func TestLastWordsAreThoseOfTheCrash(t *testing.T) {
	chatter := strings.Repeat("[swscaler] deprecated pixel format\n", 3*tailLines)
	trace := "SIGSEGV: segmentation violation\nPC=0x0\n" + strings.Repeat("goroutine 1 [syscall]:\n", 2*tailLines)
	_, words := relayed(t, chatter+trace)
	if len(words) != tailLines || words[0] != "SIGSEGV: segmentation violation" {
		t.Errorf("got %d lines, the first %q", len(words), words[0])
	}
	_, words = relayed(t, chatter+"the end\n")
	if len(words) != tailLines || words[tailLines-1] != "the end" {
		t.Errorf("without a crash: got %d lines, the last %q", len(words), words[len(words)-1])
	}
}
