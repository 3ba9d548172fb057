package media_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"vantage/media"
	"vantage/media/mediatest"
)

// step is one thing that happens to a queue: K and P push a video unit with and without random access, A an audio unit,
// each with the step's number as PTS; . lets 100 ms pass.
func play(q *media.Queue, steps string) {
	for i, s := range steps {
		switch s {
		case 'K':
			push(q, video, int64(i), true)
		case 'P':
			push(q, video, int64(i), false)
		case 'A':
			push(q, audio, int64(i), true)
		case '.':
			time.Sleep(100 * time.Millisecond)
		}
	}
}

func TestQueueDropsSoThatWhatComesOutDecodes(t *testing.T) {
	mediatest.NoLeaks(t)
	age := media.QueueConfig{MaxAge: 150 * time.Millisecond}
	for name, tc := range map[string]struct {
		cfg   media.QueueConfig
		start bool
		steps string
		want  []int64
		stats media.QueueStats // what is compared: the drops and WaitsRandomAccess
		keys  int
	}{
		"in time nothing is dropped": {
			cfg: age, steps: "KP.PAP", want: []int64{0, 1, 3, 4, 5},
		},
		"a joining viewer starts at a key frame, with audio at once": {
			cfg: age, start: true, steps: "PAPKP", want: []int64{1, 3, 4},
			stats: media.QueueStats{DroppedDependent: 2}, keys: 2,
		},
		"old video takes its dependants with it": {
			cfg: age, steps: "KP..PP", want: nil, // the push at step 4 finds the first two too old
			stats: media.QueueStats{DroppedAge: 2, DroppedDependent: 2, WaitsRandomAccess: true}, keys: 2,
		},
		"young video that was pushed in time goes too, when what it refers to is old": {
			cfg: age, steps: "K.PP.", want: nil,
			stats: media.QueueStats{DroppedAge: 1, DroppedDependent: 2, WaitsRandomAccess: true}, keys: 1,
		},
		"a young key frame in the queue is where it goes on": {
			cfg: age, steps: "KP.PKP.", want: []int64{4, 5},
			stats: media.QueueStats{DroppedAge: 2, DroppedDependent: 1},
		},
		"a key frame that arrives ends the wait, and none is asked for": {
			cfg: age, steps: "KP..KP", want: []int64{4, 5},
			stats: media.QueueStats{DroppedAge: 2},
		},
		"audio loses only what is old": {
			cfg: age, steps: "A.A.A", want: []int64{2, 4},
			stats: media.QueueStats{DroppedAge: 1},
		},
		"old audio does not cost any video": {
			cfg: age, steps: "A.KPA.", want: []int64{2, 3, 4},
			stats: media.QueueStats{DroppedAge: 1},
		},
		"a full queue drops its video and waits for a key frame": {
			cfg: media.QueueConfig{MaxLen: 3}, steps: "KPAPPKP", want: []int64{2, 5, 6},
			stats: media.QueueStats{DroppedFull: 3, DroppedDependent: 1}, keys: 2,
		},
		"a full queue starts afresh at a key frame and keeps the audio": {
			cfg: media.QueueConfig{MaxLen: 3}, steps: "KPAKP", want: []int64{2, 3, 4},
			stats: media.QueueStats{DroppedFull: 2},
		},
		"a queue full of audio gives up the oldest for a key frame": {
			cfg: media.QueueConfig{MaxLen: 2}, steps: "AAK", want: []int64{1, 2},
			stats: media.QueueStats{DroppedFull: 1},
		},
		"a queue full of audio takes no more": {
			cfg: media.QueueConfig{MaxLen: 2}, steps: "AAA", want: []int64{0, 1},
			stats: media.QueueStats{DroppedFull: 1},
		},
		"a queue of one that is full of audio skips video": {
			cfg: media.QueueConfig{MaxLen: 1}, steps: "AP", want: []int64{0},
			stats: media.QueueStats{DroppedFull: 1, WaitsRandomAccess: true}, keys: 1,
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				keys := 0
				q := media.NewQueue(tc.cfg, func() { keys++ })
				if tc.start {
					q.StartAtRandomAccess()
				}
				play(q, tc.steps)
				got := popAll(t, q)
				if !slices.Equal(got, tc.want) {
					t.Errorf("popped %v, want %v", got, tc.want)
				}
				s := q.Stats()
				s = media.QueueStats{DroppedAge: s.DroppedAge, DroppedFull: s.DroppedFull, DroppedDependent: s.DroppedDependent, WaitsRandomAccess: s.WaitsRandomAccess}
				if s != tc.stats {
					t.Errorf("stats %+v, want %+v", s, tc.stats)
				}
				if keys != tc.keys {
					t.Errorf("asked for %d key frames, want %d", keys, tc.keys)
				}
			})
		})
	}
}

func TestQueuePopWaits(t *testing.T) {
	mediatest.NoLeaks(t)
	synctest.Test(t, func(t *testing.T) {
		q := media.NewQueue(media.QueueConfig{}, nil)
		go func() {
			time.Sleep(time.Second)
			push(q, video, 5, true)
		}()
		start := time.Now()
		u, err := q.Pop(t.Context())
		if err != nil || u.PTS != 5 || time.Since(start) != time.Second {
			t.Fatalf("got %v, %v after %v", u, err, time.Since(start))
		}
		u.Release()
	})
	t.Run("until the context ends, whose cause it returns", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			q := media.NewQueue(media.QueueConfig{}, nil)
			cause := errors.New("viewer left")
			ctx, cancel := context.WithCancelCause(t.Context())
			time.AfterFunc(time.Second, func() { cancel(cause) })
			if _, err := q.Pop(ctx); !errors.Is(err, cause) {
				t.Errorf("got %v", err)
			}
		})
	})
	t.Run("until the queue closes, after what still waits", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			q := media.NewQueue(media.QueueConfig{MaxAge: time.Second}, nil)
			push(q, video, 1, true)
			reason := errors.New("camera is gone")
			q.Close(reason)
			q.Close(nil)
			push(q, video, 2, true)
			time.Sleep(time.Minute) // age does not count any more
			u, err := q.Pop(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			u.Release()
			for range 2 {
				if _, err := q.Pop(t.Context()); !errors.Is(err, reason) {
					t.Errorf("got %v", err)
				}
			}
		})
	})
	t.Run("C tells when to look", func(t *testing.T) {
		q := media.NewQueue(media.QueueConfig{}, nil)
		push(q, video, 1, true)
		push(q, video, 2, true)
		for want := range int64(2) {
			<-q.C()
			u, _ := q.TryPop()
			if u == nil || u.PTS != want+1 {
				t.Fatalf("got %v", u)
			}
			u.Release()
		}
		q.Close(nil)
		<-q.C()
		if _, err := q.TryPop(); !errors.Is(err, media.ErrClosed) {
			t.Errorf("got %v", err)
		}
	})
}

func TestBlockingQueue(t *testing.T) {
	mediatest.NoLeaks(t)
	cfg := media.QueueConfig{MaxLen: 2, MaxAge: time.Millisecond, Block: true}
	t.Run("keeps everything however slow the consumer", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			q := media.NewQueue(cfg, nil)
			const publishers, each = 5, 20
			for p := range publishers {
				go func() {
					for i := range each {
						push(q, video, int64(p*each+i), false)
					}
				}()
			}
			var got []int64
			for range publishers * each {
				time.Sleep(time.Second)
				u, err := q.Pop(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				got = append(got, u.PTS)
				u.Release()
			}
			slices.Sort(got)
			for i, pts := range got {
				if pts != int64(i) {
					t.Fatalf("unit %d is missing or came twice", i)
				}
			}
		})
	})
	for name, free := range map[string]func(q *media.Queue){
		"close frees every publisher that waits": func(q *media.Queue) { q.Close(nil) },
		"drain lets those in who fit": func(q *media.Queue) {
			q.Drain()
			synctest.Wait()
			if n := q.Stats().Len; n != 2 {
				panic("drain let in another number than fits")
			}
			q.Drain()
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				q := media.NewQueue(cfg, nil)
				var wg sync.WaitGroup
				for i := range 6 {
					wg.Go(func() { push(q, video, int64(i), false) })
				}
				synctest.Wait()
				free(q)
				wg.Wait() // a publisher left behind would be a deadlock of the bubble
				q.Drain()
			})
		})
	}
}

func TestQueueStats(t *testing.T) {
	mediatest.NoLeaks(t)
	synctest.Test(t, func(t *testing.T) {
		q := media.NewQueue(media.QueueConfig{}, nil)
		play(q, "KPP.A.")
		u, _ := q.TryPop()
		u.Release()
		want := media.QueueStats{Pushed: 4, Popped: 1, Len: 3, OldestAge: 200 * time.Millisecond}
		if got := q.Stats(); got != want {
			t.Errorf("got %+v, want %+v", got, want)
		}
		q.Drain()
		if n := q.Stats().Len; n != 0 {
			t.Errorf("%d wait after Drain", n)
		}
	})
}

func TestQueueUnderConcurrency(t *testing.T) {
	mediatest.NoLeaks(t)
	for range 20 {
		q := media.NewQueue(media.QueueConfig{MaxLen: 8, MaxAge: time.Millisecond}, nil)
		var wg sync.WaitGroup
		for p := range 3 {
			wg.Go(func() {
				for i := range 300 {
					push(q, []*media.Track{video, audio}[p%2], int64(i), i%10 == 0)
				}
			})
		}
		wg.Go(func() {
			for range 300 {
				_ = q.Stats()
			}
		})
		popped := make(chan uint64)
		go func() {
			n := uint64(0)
			for {
				u, err := q.Pop(t.Context())
				if err != nil {
					popped <- n
					return
				}
				n++
				u.Release()
			}
		}()
		wg.Wait()
		q.Close(nil)
		n := <-popped
		if s := q.Stats(); s.Pushed != 900 || s.Popped != n || s.Popped+s.Dropped() != s.Pushed {
			t.Errorf("units are unaccounted for: %+v", s)
		}
	}
}
