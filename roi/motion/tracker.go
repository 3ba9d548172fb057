package motion

import (
	"image"
	"time"
)

// Limits of a blob that is taken for an object, in cells.
const (
	leastCells  = 3
	leastStrong = 2
)

// Life of a track.
const (
	confirmAfter = 2                      // pictures in which a blob must be seen before it counts
	forgetAfter  = 400 * time.Millisecond // how long a track outlives its blob
	maxTracks    = 128
)

// track is a blob followed over time.
type track struct {
	id     int64
	box    image.Rectangle // in cells
	blob   int             // index of this picture's blob, or -1
	seen   int             // pictures
	unseen time.Duration
}

func (t *track) confirmed() bool { return t.seen >= confirmAfter }

// score grows with how long the object is known.
func (t *track) score() float32 { return min(0.6+0.05*float32(t.seen), 0.95) }

// tracker links blobs over time by overlap.
type tracker struct {
	tracks []track
	owner  []int             // track of each blob, or -1
	before []image.Rectangle // where the confirmed tracks were
	nextID int64
}

func (r *tracker) clear() { r.tracks = r.tracks[:0] }

// update assigns this picture's blobs to tracks: the greatest overlap first, older tracks before younger ones.
func (r *tracker) update(blobs []blob, since time.Duration) {
	r.before = r.before[:0]
	for _, t := range r.tracks {
		if t.confirmed() {
			r.before = append(r.before, t.box)
		}
	}
	r.owner = r.owner[:0]
	for range blobs {
		r.owner = append(r.owner, -1)
	}
	for t := range r.tracks {
		tr := &r.tracks[t]
		tr.blob = -1
		best := 0
		for i := range blobs {
			if r.owner[i] >= 0 || !isObject(blobs[i]) {
				continue
			}
			common := tr.box.Inset(-1).Intersect(blobs[i].box)
			if area := common.Dx() * common.Dy(); area > best {
				best, tr.blob = area, i
			}
		}
		if tr.blob < 0 {
			tr.unseen += since
			continue
		}
		r.owner[tr.blob] = t
		tr.box, tr.unseen = blobs[tr.blob].box, 0
		tr.seen++
	}
	r.expire()
	for i := range blobs {
		if r.owner[i] >= 0 || !isObject(blobs[i]) || len(r.tracks) == maxTracks {
			continue
		}
		seen := 1
		if r.known(blobs[i].box) {
			seen = confirmAfter // it has parted from an object, and is one itself
		}
		r.nextID++
		r.tracks = append(r.tracks, track{id: r.nextID, box: blobs[i].box, blob: i, seen: seen})
	}
}

// known reports whether a confirmed track was at box in the last picture.
func (r *tracker) known(box image.Rectangle) bool {
	for _, b := range r.before {
		if b.Overlaps(box) {
			return true
		}
	}
	return false
}

// expire drops the tracks that have not been seen for long; one that was never confirmed goes at once.
func (r *tracker) expire() {
	kept := r.tracks[:0]
	for _, t := range r.tracks {
		if t.blob >= 0 || t.confirmed() && t.unseen < forgetAfter {
			kept = append(kept, t)
		}
	}
	r.tracks = kept
}

func isObject(b blob) bool { return b.cells >= leastCells && b.strong >= leastStrong }
