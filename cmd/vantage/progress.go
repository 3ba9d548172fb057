package main

import (
	"fmt"
	"os"
	"strings"
	"time"

	"golang.org/x/term"
)

// progress is a bar on standard error, drawn in place on a terminal and left out elsewhere.
type progress struct {
	t     *terminal
	what  string
	begun time.Time
	drawn time.Time
	on    bool
}

// Sizes and pace of a bar.
const (
	barWidth  = 30
	barRedraw = 100 * time.Millisecond
)

func newProgress(t *terminal, what string) *progress {
	f, ok := t.err.(*os.File)
	return &progress{t: t, what: what, begun: time.Now(), on: ok && term.IsTerminal(int(f.Fd()))}
}

// set shows how far it is; a total of 0 is unknown.
func (p *progress) set(done, total int) {
	if !p.on || time.Since(p.drawn) < barRedraw && done < total {
		return
	}
	p.drawn = time.Now()
	rate := float64(done) / max(time.Since(p.begun).Seconds(), 0.001)
	if total <= 0 {
		fmt.Fprintf(p.t.err, "\r%s %d pictures, %.0f fps  ", p.what, done, rate)
		return
	}
	n := min(barWidth*done/total, barWidth)
	left := time.Duration(float64(total-done) / max(rate, 0.001) * float64(time.Second)).Round(time.Second)
	fmt.Fprintf(p.t.err, "\r%s [%s%s] %d/%d, %.0f fps, %v left  ", p.what, strings.Repeat("█", n), strings.Repeat("░", barWidth-n), done, total, rate, max(left, 0))
}

// done ends the bar's line.
func (p *progress) done() {
	if p.on && !p.drawn.IsZero() {
		fmt.Fprintln(p.t.err)
	}
}
