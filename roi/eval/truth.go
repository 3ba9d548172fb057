package eval

import (
	"bufio"
	"encoding/xml"
	"errors"
	"fmt"
	"image"
	"io"
	"math"
	"strconv"
	"strings"

	"vantage/internal/hint"
	"vantage/media"
)

// Limits of a ground truth file.
const (
	maxTruthBytes = 256 << 20
	maxTruthFrame = 10_000_000
	maxTruthBoxes = 10_000_000
)

// Truth is where the objects of a clip really are.
type Truth struct {
	boxes map[int][]image.Rectangle // by picture, from 0
	count int
}

// Boxes returns the boxes of a picture, counted from 0. Not to be written.
func (t *Truth) Boxes(picture int) []image.Rectangle { return t.boxes[picture] }

// Pictures and Len return how many pictures have boxes, and how many boxes there are in all.
func (t *Truth) Pictures() int { return len(t.boxes) }

// Len returns how many boxes there are in all.
func (t *Truth) Len() int { return t.count }

// ReadTruth reads CVML XML, whose frames count from 0, or the gt.txt of MOTChallenge, whose frames count from 1; which of them
// it is, is told by the first character.
func ReadTruth(r io.Reader) (*Truth, error) {
	b := bufio.NewReader(io.LimitReader(r, maxTruthBytes))
	t := &Truth{boxes: map[int][]image.Rectangle{}}
	var err error
	if first, _ := peekText(b); first == '<' {
		err = t.readCVML(b)
	} else {
		err = t.readMOT(b)
	}
	if err != nil {
		return nil, hint.New(fmt.Errorf("ground truth: %w", err),
			"give CVML XML (<dataset><frame number><objectlist><object><box h w xc yc>) or MOTChallenge text (frame,id,left,top,width,height,...)")
	}
	if t.count == 0 {
		return nil, hint.New(errors.New("ground truth: no boxes in the file"), "leave the truth out to judge by the detector's own regions")
	}
	return t, nil
}

// peekText returns the first byte that is neither space nor byte order mark.
func peekText(b *bufio.Reader) (byte, error) {
	for {
		c, err := b.ReadByte()
		if err != nil {
			return 0, err
		}
		if !strings.ContainsRune(" \t\r\n\xef\xbb\xbf", rune(c)) && c < 0x80 {
			return c, b.UnreadByte()
		}
	}
}

func (t *Truth) add(frame int, left, top, width, height float64) error {
	switch {
	case frame < 0 || frame > maxTruthFrame:
		return fmt.Errorf("frame %d is out of range", frame)
	case t.count == maxTruthBoxes:
		return fmt.Errorf("more than %d boxes", maxTruthBoxes)
	case !(width > 0 && height > 0): // also NaN
		return fmt.Errorf("a box of %v by %v pixels in frame %d", width, height, frame)
	}
	for _, v := range [...]float64{left, top, left + width, top + height} {
		if !(math.Abs(v) <= 4*media.MaxFrameSidePx) {
			return fmt.Errorf("a box far outside of frame %d", frame)
		}
	}
	r := image.Rect(round(left), round(top), round(left+width), round(top+height))
	if r.Empty() {
		return nil // less than half a pixel
	}
	t.boxes[frame] = append(t.boxes[frame], r)
	t.count++
	return nil
}

func round(v float64) int { return int(math.Round(v)) }

// readCVML reads the XML of the CAVIAR project, as PETS ground truth comes in.
func (t *Truth) readCVML(r io.Reader) error {
	d := xml.NewDecoder(r)
	frame := -1
	for {
		tok, err := d.Token()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		e, ok := tok.(xml.StartElement)
		if !ok {
			continue
		}
		switch e.Name.Local {
		case "frame":
			v, err := attr(e, "number")
			if err != nil {
				return err
			}
			frame = int(min(max(v, -1), maxTruthFrame+1))
		case "box":
			if err := t.addCVML(frame, e); err != nil {
				return err
			}
		}
	}
}

func (t *Truth) addCVML(frame int, e xml.StartElement) error {
	var v [4]float64
	for i, name := range [...]string{"w", "h", "xc", "yc"} {
		var err error
		if v[i], err = attr(e, name); err != nil {
			return err
		}
	}
	w, h, xc, yc := v[0], v[1], v[2], v[3]
	return t.add(frame, xc-w/2, yc-h/2, w, h)
}

func attr(e xml.StartElement, name string) (float64, error) {
	for _, a := range e.Attr {
		if a.Name.Local == name {
			v, err := strconv.ParseFloat(strings.TrimSpace(a.Value), 64)
			if err != nil || math.IsNaN(v) {
				return 0, fmt.Errorf("<%s %s=%q> is not a number", e.Name.Local, name, a.Value)
			}
			return v, nil
		}
	}
	return 0, fmt.Errorf("<%s> without %s", e.Name.Local, name)
}

// readMOT reads "frame,id,left,top,width,height,confidence,…". A confidence of 0 marks what an evaluation shall ignore.
func (t *Truth) readMOT(r io.Reader) error {
	s := bufio.NewScanner(r)
	for line := 1; s.Scan(); line++ {
		text := strings.TrimSpace(s.Text())
		if text == "" {
			continue
		}
		fields := strings.FieldsFunc(text, func(c rune) bool { return c == ',' || c == ' ' || c == '\t' })
		if len(fields) < 6 {
			return fmt.Errorf("line %d: %d fields, need at least 6", line, len(fields))
		}
		frame, err := strconv.Atoi(fields[0])
		if err != nil {
			return fmt.Errorf("line %d: frame %q is not a number", line, fields[0])
		}
		var v [5]float64 // left, top, width, height, confidence
		v[4] = 1
		for i := range min(len(fields)-2, len(v)) {
			if v[i], err = strconv.ParseFloat(fields[i+2], 64); err != nil {
				return fmt.Errorf("line %d: %q is not a number", line, fields[i+2])
			}
		}
		if v[4] == 0 {
			continue
		}
		if err := t.add(frame-1, v[0], v[1], v[2], v[3]); err != nil {
			return fmt.Errorf("line %d: %w", line, err)
		}
	}
	return s.Err()
}
