package rtc

import (
	"context"
	"fmt"
	"log/slog"

	"github.com/pion/logging"
)

// pionLogs hands pion's logs to slog. Its warnings speak mostly of what odd peers send, which is no fact for an operator, so all
// but its errors are debug.
type pionLogs struct{ log *slog.Logger }

func (f pionLogs) NewLogger(scope string) logging.LeveledLogger {
	return pionLogger{f.log.With("scope", scope)}
}

type pionLogger struct{ log *slog.Logger }

func (l pionLogger) say(level slog.Level, format string, args []any) {
	if ctx := context.Background(); l.log.Enabled(ctx, level) {
		l.log.Log(ctx, level, fmt.Sprintf(format, args...))
	}
}

// Tracing is per packet, which even debug does not want.
func (l pionLogger) Trace(string)          {}
func (l pionLogger) Tracef(string, ...any) {}

func (l pionLogger) Debug(m string)            { l.say(slog.LevelDebug, "%s", []any{m}) }
func (l pionLogger) Debugf(f string, a ...any) { l.say(slog.LevelDebug, f, a) }
func (l pionLogger) Info(m string)             { l.say(slog.LevelDebug, "%s", []any{m}) }
func (l pionLogger) Infof(f string, a ...any)  { l.say(slog.LevelDebug, f, a) }
func (l pionLogger) Warn(m string)             { l.say(slog.LevelDebug, "%s", []any{m}) }
func (l pionLogger) Warnf(f string, a ...any)  { l.say(slog.LevelDebug, f, a) }
func (l pionLogger) Error(m string)            { l.say(slog.LevelWarn, "%s", []any{m}) }
func (l pionLogger) Errorf(f string, a ...any) { l.say(slog.LevelWarn, f, a) }
