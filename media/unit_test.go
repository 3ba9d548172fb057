package media_test

import (
	"bytes"
	"sync"
	"testing"
	"time"

	"vantage/media"
	"vantage/media/mediatest"
)

func TestUnitAppend(t *testing.T) {
	mediatest.NoLeaks(t)
	u := media.NewUnit(video, 0)
	defer u.Release()
	var want [][]byte
	for i := range 40 { // grows over several chunks
		part := bytes.Repeat([]byte{byte(i)}, 1+i*97)
		want = append(want, part)
		u.AppendN(part[:1], part[1:])
	}
	size := 0
	for i, w := range want {
		size += len(w)
		if !bytes.Equal(u.Parts[i], w) {
			t.Errorf("part %d was overwritten", i)
		}
		if cap(u.Parts[i]) != len(w) {
			t.Errorf("part %d: an append to it would overwrite its neighbour", i)
		}
	}
	if u.Size() != size {
		t.Errorf("size %d, want %d", u.Size(), size)
	}
}

func TestUnitComesCleanFromThePool(t *testing.T) {
	mediatest.NoLeaks(t)
	for range 100 {
		u := media.NewUnit(video, 100)
		if u.PTS != 0 || u.DTS != 0 || u.RandomAccess || !u.Captured.IsZero() || !u.Arrived.IsZero() ||
			len(u.Parts) != 0 || u.Regions != nil || u.Track != video {
			t.Fatalf("not clean: %+v", u)
		}
		u.PTS, u.DTS, u.RandomAccess = 1, 2, true
		u.Captured, u.Arrived, u.Regions = time.Now(), time.Now(), make([]media.Region, 1)
		u.Append([]byte("x"))
		d := u.Derive()
		u.Release()
		if d.PTS != 1 || d.DTS != 2 || !d.RandomAccess || len(d.Regions) != 1 || string(d.Parts[0]) != "x" {
			t.Fatalf("derived unit differs: %+v", d)
		}
		d.Release()
	}
}

func TestDerivedUnitsHoldTheBytes(t *testing.T) {
	mediatest.NoLeaks(t)
	u := unit(video, 7, true)
	d := u.Derive()
	dd := d.Derive()
	dd.PTS = 9
	u.Release()
	d.Release()
	if units, _ := media.Live(); units < 3 {
		t.Errorf("%d units alive, want the whole chain", units)
	}
	for range 50 { // would take the memory if it were free
		other := unit(video, 99, false)
		if string(dd.Parts[0]) != "\x07\x01\x02\x03" || dd.PTS != 9 {
			t.Fatalf("bytes were overwritten: %x", dd.Parts[0])
		}
		other.Release()
	}
	dd.Release()
}

func TestMisuseOfAUnitPanics(t *testing.T) {
	mediatest.NoLeaks(t)
	u := unit(video, 0, false)
	u.Release()
	mustPanic(t, u.Release)
	u = unit(video, 0, false)
	u.Release()
	mustPanic(t, u.Retain)
}

func TestUnitIsSharedByManyOwners(t *testing.T) {
	mediatest.NoLeaks(t)
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for i := range 500 {
				u := unit(video, int64(i), true)
				for range 3 {
					u.Retain()
					wg.Go(func() {
						d := u.Derive()
						u.Release()
						_ = d.Size()
						d.Release()
					})
				}
				u.Release()
			}
		})
	}
	wg.Wait()
}

func TestHugeBuffersAreNotKept(t *testing.T) {
	mediatest.NoLeaks(t)
	u := media.NewUnit(video, media.MaxPooledUnitBytes+1)
	u.Append(make([]byte, media.MaxPooledUnitBytes+1))
	u.Release()
}
