package api

// Plan is where the bits of a picture go. The picture is divided into square blocks, row by row.
type Plan struct {
	PTS     int64    `json:"pts" doc:"of the picture analysed, in ticks of 1/90000 s"`
	Width   int      `json:"width" doc:"of the picture, in pixels"`
	Height  int      `json:"height" doc:"of the picture, in pixels"`
	Block   int      `json:"block" doc:"side of a block in pixels"`
	Cols    int      `json:"cols"`
	Rows    int      `json:"rows"`
	Offsets []byte   `json:"offsets" doc:"QP offset of each block, row by row, one signed byte each: below 0 is finer"`
	Objects []Object `json:"objects" nullable:"false" doc:"what was found, best first"`
}

// Object is something found in a picture.
type Object struct {
	X     int     `json:"x" doc:"left edge in pixels"`
	Y     int     `json:"y" doc:"upper edge in pixels"`
	W     int     `json:"w" doc:"in pixels"`
	H     int     `json:"h" doc:"in pixels"`
	Class string  `json:"class" doc:"empty when the detector only knows that something is there"`
	Score float64 `json:"score" doc:"0 to 1"`
	ID    int64   `json:"id" doc:"of the same object over time; 0 when untracked"`
}
