package app

import (
	"context"

	"vantage/media"
)

// snapshots implements api.Snapshots.
type snapshots struct{ *roster }

// Snapshot implements [api.Snapshots].
func (s snapshots) Snapshot(ctx context.Context, id media.StreamID, widthPx int) ([]byte, error) {
	f := s.find(id)
	switch {
	case f == nil:
		return nil, unknown(id)
	case f.worker == nil:
		return nil, errNoTranscoding()
	}
	ctx, cancel := context.WithTimeoutCause(ctx, openTimeout, errNotLive)
	defer cancel()
	release := f.source.Hold()
	defer release()
	f.snapshot(+1)
	defer f.snapshot(-1)
	jpeg, err := f.worker.Snapshot(ctx, widthPx)
	if err != nil {
		return nil, problem(f.notLive(err))
	}
	return jpeg, nil
}

// snapshot counts those who wait for a picture, for whom the worker decodes.
func (f *feed) snapshot(change int) {
	f.mu.Lock()
	f.snapshots += change
	f.mu.Unlock()
	f.activate()
}
