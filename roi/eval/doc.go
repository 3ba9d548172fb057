// Package eval measures what region-of-interest coding saves: it codes a clip at a ladder of rate factors evenly, and again with the
// regions of a detector, and compares the bytes at equal quality inside the regions.
//
//	report, err := eval.Run(ctx, eval.Config{
//		Name: "vtest.avi", Open: open, Analyse: engine.Analyse, NewCodec: newCodec, Draw: heat.Draw, Truth: truth,
//	})
//	report.WriteText(os.Stdout)
//	report.WriteHTML(file)
//
// What counts as inside is the ground truth, if there is one: it never reaches the encoder. Without it the detector's own regions are
// taken, which flatters the detector, and the report says so.
//
// # Ownership
//
// Pictures from the reader are released by Run; those that a codec emits are lent for the call.
//
// # Goroutines
//
// Run uses one goroutine per codec, and has ended them when it returns. A codec is used by one goroutine.
//
// # Standards
//
// Rates are compared as G. Bjøntegaard proposed in ITU-T VCEG-M33, over piecewise cubic curves that keep monotony (Fritsch and Carlson).
// Ground truth is read as CVML (CAVIAR) XML and as MOTChallenge text.
package eval
