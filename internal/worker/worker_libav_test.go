//go:build cgo && !nolibav

package worker_test

import (
	"log/slog"
	"syscall"
	"testing"
	"time"

	"vantage/internal/pipeline"
	"vantage/internal/worker"
	"vantage/media"
	"vantage/media/mediatest"
	"vantage/roi"
	"vantage/roi/motion"
	"vantage/transcode"
	"vantage/transcode/libav"
)

// libavBackends are the real stages.
func libavBackends(pipeline.Config, *slog.Logger) pipeline.Backends {
	return pipeline.Backends{
		Decoder: func(t *media.Track) (transcode.Decoder, error) { return libav.NewDecoder(t, libav.DecoderOptions{}) },
		Scaler: func(size media.Size, format media.PixelFormat) (transcode.Scaler, error) {
			return libav.NewScaler(libav.ScalerConfig{Size: size, Format: format})
		},
		Encoder: openX264,
		Engine: func(c roi.Config) (*roi.Engine, error) {
			return roi.NewEngine(c, roi.Options{}, motion.New(motion.Options{}))
		},
	}
}

func openX264(c transcode.EncoderConfig) (transcode.Encoder, error) {
	c.Encoder = "libx264"
	return libav.NewEncoder(c, libav.EncoderOptions{})
}

func TestTheRealStagesWorkOnBothSidesOfTheProcessBoundary(t *testing.T) {
	for name, start := range map[string]worker.Starter{"child process": child("libav"), "in process": worker.InProcess(libavBackends)} {
		t.Run(name, func(t *testing.T) {
			mediatest.NoLeaks(t)
			r := newRig(t, gear{start: start, open: openX264, lens: newLens(320, 180, 15)})
			sub := r.watch(t)
			next(t, sub, 10*time.Second, random)
			next(t, sub, 2*time.Second, anyUnit)
			sub.Request(media.Request{KeyFrame: true})
			next(t, sub, 3*time.Second, random)
			sub.Close()
			r.stream.SetActive(nil)
			until(t, 5*time.Second, "the worker to end", func() bool { return r.stream.Status().State == worker.Off })
			r.end()
		})
	}
}

func TestCrashOfTheChildCostsLessThanTwoSecondsAndNoViewer(t *testing.T) {
	mediatest.NoLeaks(t)
	r := newRig(t, gear{start: child("libav"), open: openX264, lens: newLens(320, 180, 15)})
	sub := r.watch(t)
	next(t, sub, 10*time.Second, anyUnit)
	pid := r.stream.Status().PID
	if err := syscall.Kill(pid, syscall.SIGSEGV); err != nil {
		t.Fatal(err)
	}
	// The first picture of the next child is a random-access one, on the same subscription.
	took := next(t, sub, 5*time.Second, func(u *media.Unit) bool { return u.RandomAccess && r.stream.Status().PID != pid })
	t.Logf("crash to first picture: %v", took)
	if took > 2*time.Second {
		t.Errorf("crash to first picture took %v, want 2 s at most", took)
	}
	if n := r.stream.Status().Crashes; n != 1 {
		t.Errorf("%d crashes counted, want 1", n)
	}
}
