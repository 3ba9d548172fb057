// Package quality measures how close a coded picture is to its original: PSNR and SSIM of the luma, over the whole picture and
// apart for what lies inside and outside a mask.
//
//	var sum quality.Sum
//	for each picture {
//		err := sum.Add(original, coded, mask)
//	}
//	fmt.Printf("%.2f dB inside the regions\n", sum.Result().Inside.PSNR)
//
// # Ownership
//
// Pictures are lent for the call. Whoever has a [Mask] may share it once it is drawn.
//
// # Goroutines
//
// None. A [Sum] has one user at a time.
//
// # Standards
//
// PSNR is 10 log10(255² / MSE) with the MSE averaged over all pictures of a sequence, as FFmpeg's psnr filter has it. SSIM
// follows Wang et al. (IEEE Trans. Image Processing 13(4), 2004) with K1 = 0.01, K2 = 0.03 over flat windows of 8x8
// pixels, 4 apart, as x264 and FFmpeg's ssim filter compute it.
package quality
