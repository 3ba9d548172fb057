package libav

// audioClock holds sound to its time line. All values are samples of the output rate.
type audioClock struct {
	end     int64 // time of the next sample that will be queued
	started bool
}

// Corrections of the time line, in samples at 48 kHz.
const (
	maxGap     = audioClockRate       // 1 s: a longer gap is left in the time line
	maxOverlap = audioClockRate       // 1 s back: the time line has started anew
	hardFix    = audioClockRate / 25  // 40 ms: beyond it, silence or a cut is heard less than being out of step
	softFix    = audioClockRate / 500 // 2 ms: below it, the ear does not notice
	maxStretch = audioClockRate / 100 // 1 % of a second in a second
)

const audioClockRate = 48000

// correction is what brings sound to its time.
type correction struct {
	jump    bool  // start the time line anew
	silence int64 // samples to insert
	drop    int64 // samples to leave out
	stretch int64 // samples to gain or lose over the next second
}

// place says how sound that belongs at the time is to be brought there, when delay samples are still in the resampler.
func (c *audioClock) place(at, delay int64) correction {
	if !c.started {
		return correction{jump: true}
	}
	late := at - (c.end + delay) // positive: there is a gap before the sound
	switch {
	case late > maxGap, late < -maxOverlap:
		return correction{jump: true}
	case late > hardFix:
		return correction{silence: late}
	case late < -hardFix:
		return correction{drop: -late}
	case late > softFix, late < -softFix:
		return correction{stretch: min(max(late, -maxStretch), maxStretch)}
	}
	return correction{}
}

// reset starts the time line at the time.
func (c *audioClock) reset(at int64) { *c = audioClock{end: at, started: true} }
