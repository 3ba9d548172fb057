// Package stamp paints a frame number and a wall-clock time into a picture as black and white blocks, and reads them
// back after the picture went through encoders, scalers and a browser.
//
//	stamp.Paint(frame, stamp.Stamp{Frame: n, Micros: time.Now().UnixMicro()})
//	...
//	s, ok := stamp.Read(decoded)
//	latency := time.Since(s.Time())
//
// # Layout
//
// The picture is divided into a grid of [GridColumns] x [GridRows] (80 x 45) equal cells, whatever its size: a cell is W/80 wide
// and H/45 high, not rounded. The stamp is a strip in the upper left corner, 34 x 6 cells, black, in which the inner
// 32 x 4 cells (columns 1 to 32, rows 1 to 4, counted from 0) carry one bit each, white for 1 and black for 0, most
// significant bit first:
//
//	row 1  frame number, 32 bits
//	row 2  wall clock, microseconds since 1970-01-01 UTC, upper 32 of 64 bits
//	row 3  wall clock, lower 32 bits
//	row 4  CRC-32 (ISO-HDLC, that of Ethernet and zip) of the 12 bytes of rows 1 to 3, big-endian
//
// Cell (c, r) covers the pixels from floor(c*W/80) to floor((c+1)*W/80), exclusive, and likewise in height. Black is luma 16, white is
// 235, chroma is neutral. A reader averages the middle half of each cell, takes the middle between the darkest and
// the brightest cell as the threshold, and refuses a stamp whose contrast is below [MinContrast], that has a cell
// within an eighth of the contrast around the threshold, or whose CRC is wrong. Reading needs cells of about four pixels: a
// picture of 320 x 180 or more.
//
// test/stamp.mjs reads the same layout in JavaScript from a canvas.
//
// # Ownership
//
// Paint writes into a frame that has not been passed on yet; Read borrows. Neither keeps anything.
//
// # Goroutines
//
// None; all functions are pure but for the picture that Paint is given.
package stamp
