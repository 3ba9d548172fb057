package motion

import (
	"math"
	"time"
)

// unit is one grey level in the model's fixed-point numbers.
const unit = 128

// excused marks what differs in fore, but is no foreground.
const excused = 2

// What a shadow may be.
const (
	shadowDepth = 25 // percent of the background's brightness that it takes at most
	shadowEdge  = 12 // grey levels that its gradient differs from the background's at most
)

// Thresholds of the model, in grey levels, and its time constants.
const (
	noiseFloor  = 1.0 // what the quietest sensor is assumed to jitter
	noiseStart  = 2.0
	noiseCeil   = 10.0
	sigmas16    = 51 // sixteenths of the mean absolute deviation that make a sample foreground, beyond minContrast
	minContrast = 4.0
	unrest      = unit / 4 // what a sample's noise grows when it turns foreground, so that what flutters all the time no longer counts
	sameStill   = 8.0      // a foreground sample that differs less from its last value has not moved

	learn      = 8 * time.Second  // the background follows slow change with this time constant
	learnNoise = 16 * time.Second // and its noise with this
)

// background is a model of what the camera sees when nothing moves: a mean and a noise level per sample, and beside them
// what stands in front of it just now, and for how long it has stood.
type background struct {
	w, h  int
	mean  []uint16 // in units
	noise []uint16 // mean absolute deviation, in units
	front []uint8  // grey level of what is in front
	still []uint16 // how long that has not changed, in milliseconds
	fore  []uint8  // 1 where the last picture is foreground, excused where it only seems to be
	light light
	age   time.Duration // since restart
}

func (b *background) resize(w, h int) {
	n := w * h
	*b = background{
		w: w, h: h, mean: make([]uint16, n), noise: make([]uint16, n),
		front: make([]uint8, n), still: make([]uint16, n), fore: make([]uint8, n),
	}
	for i := range b.noise {
		b.noise[i] = noiseStart * unit
	}
}

// restart makes pix the background.
func (b *background) restart(pix []byte) {
	for i, v := range pix {
		b.mean[i] = uint16(v) * unit
	}
	clear(b.still)
	clear(b.fore)
	b.age = 0
}

// update marks the foreground of pix and learns from the rest.
func (b *background) update(pix []byte, since time.Duration) {
	b.age += since
	alpha, alphaNoise := rate(since, learn), rate(since, learnNoise)
	ms := uint32(min(since.Milliseconds(), math.MaxUint16))
	n := len(b.mean)
	mean, noise, front, still, fore := b.mean[:n], b.noise[:n], b.front[:n], b.still[:n], b.fore[:n]
	shift := &b.light.shift
	for i, v := range pix[:n] {
		m := int32(mean[i])
		d := int32(v)*unit - m - shift[uint8(m/unit)]
		away := max(d, -d)
		dev := int32(noise[i])
		if away <= dev*sigmas16/16+minContrast*unit {
			mean[i] = uint16(min(max(m+(d*alpha+1<<15)>>16, 0), 255*unit))
			noise[i] = uint16(min(max(dev+((away-dev)*alphaNoise+1<<15)>>16, noiseFloor*unit), noiseCeil*unit))
			fore[i], still[i] = 0, 0
			continue
		}
		if fore[i] == 0 {
			noise[i] = uint16(min(dev+unrest, noiseCeil*unit))
		}
		fore[i] = 1
		moved := int32(v) - int32(front[i])
		if moved > sameStill || moved < -sameStill {
			front[i], still[i] = v, 0
			continue
		}
		front[i] = uint8(int32(front[i]) + moved/4)
		still[i] = uint16(min(uint32(still[i])+ms, math.MaxUint16))
	}
}

// reconsider takes out of the foreground what has another cause: a background that has shifted by a sample (a mast in the
// wind, a leaf), and shade, which is somewhat darker than the background and as smooth or as rough as it was.
func (b *background) reconsider(pix []byte) {
	for y := 1; y < b.h-1; y++ {
		for i := y*b.w + 1; i < (y+1)*b.w-1; i++ {
			if b.fore[i] == 0 {
				continue
			}
			v := int32(pix[i]) * unit
			lit := int32(b.mean[i])
			shift := b.light.shift[uint8(lit/unit)]
			if b.near(i, v-shift) {
				b.fore[i] = excused
				continue
			}
			lit += shift
			darker := lit - v
			if darker <= 0 || darker*100 > lit*shadowDepth {
				continue
			}
			gx := (int32(pix[i+1])-int32(pix[i-1]))*unit - int32(b.mean[i+1]) + int32(b.mean[i-1])
			gy := (int32(pix[i+b.w])-int32(pix[i-b.w]))*unit - int32(b.mean[i+b.w]) + int32(b.mean[i-b.w])
			if max(gx, -gx)+max(gy, -gy) < shadowEdge*unit {
				b.fore[i] = excused
			}
		}
	}
}

// near reports whether v is the background of sample i or a neighbour of it, or lies between them.
func (b *background) near(i int, v int32) bool {
	lo, hi := v, v
	for _, row := range [3]int{i - b.w, i, i + b.w} {
		p := b.mean[row-1 : row+2 : row+2]
		lo = min(lo, int32(p[0]), int32(p[1]), int32(p[2]))
		hi = max(hi, int32(p[0]), int32(p[1]), int32(p[2]))
	}
	return lo < v && v < hi
}

// rate returns the weight of a new sample, in 1/65536, for a time constant.
func rate(since, constant time.Duration) int32 {
	return int32(math.Round((1 - math.Exp(-since.Seconds()/constant.Seconds())) * (1 << 16)))
}

// absorb makes what stands in front of sample i part of the background.
func (b *background) absorb(i int) {
	b.mean[i] = uint16(b.front[i]) * unit
	b.noise[i] = noiseStart * unit
	b.still[i], b.fore[i] = 0, 0
}
