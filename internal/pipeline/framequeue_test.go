package pipeline

import (
	"context"
	"testing"
	"testing/synctest"

	"vantage/media"
	"vantage/media/mediatest"
)

// at returns a picture of the time in ticks of 90 kHz.
func at(pts int64) *media.Frame {
	f := media.NewFrame(media.I420, 16, 16)
	f.PTS, f.ClockRate = pts, frameClockRate
	return f
}

// lend pushes pictures of the times and lets go of them.
func lend(ctx context.Context, q *frameQueue, times ...int64) {
	for _, pts := range times {
		f := at(pts)
		q.push(ctx, f)
		f.Release()
	}
}

func TestLiveQueueDropsTheOldestPicture(t *testing.T) {
	mediatest.NoLeaks(t)
	q := newFrameQueue(false)
	lend(t.Context(), q, 1, 2, 3, 4)
	q.close()
	for _, want := range []int64{3, 4} {
		f := q.pop(t.Context())
		if f == nil || f.PTS != want {
			t.Fatalf("got %v, want the picture of %d", f, want)
		}
		f.Release()
	}
	if f := q.pop(t.Context()); f != nil {
		t.Errorf("got the picture of %d after the last", f.PTS)
	}
	if n := q.drops(); n != 2 {
		t.Errorf("%d drops counted, want 2", n)
	}
}

func TestBlockingQueueKeepsEveryPictureInOrder(t *testing.T) {
	mediatest.NoLeaks(t)
	synctest.Test(t, func(t *testing.T) {
		q := newFrameQueue(true)
		const n = 50
		go func() {
			for i := range int64(n) {
				lend(t.Context(), q, i)
			}
			q.close()
		}()
		synctest.Wait()
		if len(q.frames) != frameQueueLen {
			t.Errorf("%d pictures wait, want %d", len(q.frames), frameQueueLen)
		}
		for i := range int64(n) {
			f := q.pop(t.Context())
			if f == nil || f.PTS != i {
				t.Fatalf("got %v, want the picture of %d", f, i)
			}
			f.Release()
		}
		if f := q.pop(t.Context()); f != nil || q.drops() != 0 {
			t.Errorf("got %v and %d drops at the end", f, q.drops())
		}
	})
}

func TestNobodyIsLeftWaitingAtAQueueThatEnds(t *testing.T) {
	mediatest.NoLeaks(t)
	for name, end := range map[string]func(q *frameQueue, cancel func()){
		"drained": func(q *frameQueue, _ func()) { q.drain() }, "its context over": func(_ *frameQueue, cancel func()) { cancel() },
	} {
		t.Run("who pushes, "+name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				q := newFrameQueue(true)
				go lend(ctx, q, 1, 2, 3)
				synctest.Wait()
				end(q, cancel)
				synctest.Wait()
				q.drain()
				lend(ctx, q, 4) // is not kept
			})
		})
		t.Run("who pops, "+name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				q := newFrameQueue(false)
				go func() {
					if f := q.pop(ctx); f != nil {
						t.Error("a picture out of an empty queue")
					}
				}()
				synctest.Wait()
				end(q, cancel)
			})
		})
	}
}
