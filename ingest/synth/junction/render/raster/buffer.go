package raster

// Buffer is a picture of W x H samples. Slices may be nil where only depth is drawn.
type Buffer struct {
	W, H  int
	Color []uint32  // 0x00BBGGRR, or whatever Flat was given
	Depth []float32 // 1/metres
	ID    []uint16  // of the object seen, 0 for none

	// Stamps tell which samples the present thing has covered already: those that hold Stamp, which the caller advances from
	// thing to thing.
	Stamps []uint32
	Stamp  uint32
}

// New returns a black picture without depth.
func New(w, h int) *Buffer {
	return &Buffer{W: w, H: h, Color: make([]uint32, w*h), Depth: make([]float32, w*h), ID: make([]uint16, w*h), Stamps: make([]uint32, w*h)}
}

// Vertex is a corner of a triangle on the screen.
type Vertex struct {
	X, Y    float64 // samples
	W       float64 // inverse depth
	R, G, B float64 // 0 to 255, used by Smooth
}

// RGB packs a colour, whose parts are 0 to 255.
func RGB(r, g, b uint32) uint32 { return r | g<<8 | b<<16 }
