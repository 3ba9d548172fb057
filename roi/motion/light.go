package motion

// Sampling of the light estimate.
const (
	lightBins    = 8   // of background brightness: a change of exposure is not the same for shadow and for sky
	lightStep    = 4   // every how many samples, both ways, one is looked at
	lightLeast   = 48  // samples that a bin needs to speak for itself
	lightLimit   = 120 // largest change that is followed, in grey levels
	textureLow   = 14  // grey levels across two samples each way that make a place textured
	textureFew   = 40  // textured places below which all places count
	jumpContrast = 12  // grey levels that a textured place must be off to count as changed
)

// light is how the illumination differs from that of the background model, and how much of the background is still where it was.
type light struct {
	shift [256]int32 // by background grey level, in units
	hist  [lightBins][2*lightLimit + 1]int32
	count [lightBins]int32
	delta [lightBins]int32 // median change by bin, in grey levels
}

// estimate compares pix with the model. Most of each brightness is taken to be background, so that the median of the difference is
// the change of the light.
func (l *light) estimate(pix []byte, b *background) {
	clear(l.count[:])
	for i := range l.hist {
		clear(l.hist[i][:])
	}
	var all [2*lightLimit + 1]int32
	total := int32(0)
	for y := lightStep / 2; y < b.h; y += lightStep {
		for i := y*b.w + lightStep/2; i < (y+1)*b.w; i += lightStep {
			m := int32(b.mean[i] / unit)
			d := min(max(int32(pix[i])-m, -lightLimit), lightLimit) + lightLimit
			l.hist[m*lightBins/256][d]++
			l.count[m*lightBins/256]++
			all[d]++
			total++
		}
	}
	whole := median(&all, total)
	for i := range l.delta {
		l.delta[i] = whole
		if l.count[i] >= lightLeast {
			l.delta[i] = median(&l.hist[i], l.count[i])
		}
	}
	l.extend()
	l.interpolate()
}

// extend gives the bins with too few samples the change of the nearest darker bin that has enough, in proportion to
// brightness, as a change of exposure would; there is nothing better known of a few white lines on a dark road.
func (l *light) extend() {
	from := -1
	for i := range l.delta {
		switch {
		case l.count[i] >= lightLeast:
			from = i
		case from >= 0:
			l.delta[i] = min(max(l.delta[from]*int32(2*i+1)/int32(2*from+1), -lightLimit), lightLimit)
		}
	}
}

// interpolate fills shift between the centres of the bins.
func (l *light) interpolate() {
	const width = 256 / lightBins
	for g := range l.shift {
		at := g - width/2
		lo := min(max(at/width, 0), lightBins-1)
		hi := min(lo+1, lightBins-1)
		part := int32(min(max(at-lo*width, 0), width))
		l.shift[g] = (l.delta[lo]*(width-part) + l.delta[hi]*part) * unit / width
	}
}

// changed returns the fraction of the textured background that is not where it was, 0 to 1. Objects cover a part of a
// picture; a camera that moves, or a cut, changes every edge in it.
func (l *light) changed(pix []byte, b *background) float32 {
	var all, allOff, tex, texOff int
	for y := lightStep / 2; y < b.h-2; y += lightStep {
		for i := y*b.w + lightStep/2; i < (y+1)*b.w-2; i += lightStep {
			m := int32(b.mean[i])
			d := int32(pix[i])*unit - m - l.shift[uint8(m/unit)]
			off := d > jumpContrast*unit || d < -jumpContrast*unit
			gx := int32(b.mean[i+2]) - int32(b.mean[i-2])
			gy := int32(b.mean[i+2*b.w]) - int32(b.mean[max(i-2*b.w, 0)])
			textured := max(gx, -gx)+max(gy, -gy) > textureLow*unit
			all++
			if textured {
				tex++
			}
			if off {
				allOff++
				if textured {
					texOff++
				}
			}
		}
	}
	switch {
	case tex >= textureFew:
		return float32(texOff) / float32(tex)
	case all > 0:
		return float32(allOff) / float32(all)
	default:
		return 0
	}
}

// median returns the grey-level difference in the middle of a histogram of n.
func median(h *[2*lightLimit + 1]int32, n int32) int32 {
	seen := int32(0)
	for d, c := range h {
		if seen += c; 2*seen > n {
			return int32(d) - lightLimit
		}
	}
	return 0
}
