//go:build cgo && !nolibav

package libav

/*
#include "native.h"
*/
import "C"

import (
	"errors"
	"fmt"
	"unsafe"
)

// resampler converts decoded audio to interleaved float samples of one rate and channel count. It follows changes of its input.
type resampler struct {
	rate, channels int
	swr            *C.struct_SwrContext
	key            soundKey
	buf            []float32
}

// soundKey is the form of decoded audio.
type soundKey struct {
	rate, channels, format C.int
}

// convert returns the samples that p gives, valid until the next call. p nil drains the filter.
func (r *resampler) convert(p *picture) ([]float32, error) {
	var in *C.AVFrame
	count := 0
	if p != nil {
		in = p.c()
		if err := r.configure(in); err != nil {
			return nil, err
		}
		count = int(in.nb_samples)
	}
	if r.swr == nil {
		return nil, nil
	}
	room := int(C.swr_get_out_samples(r.swr, C.int(count)))
	if room < 0 {
		return nil, avError(C.int(room))
	}
	if need := room*r.channels + 1; cap(r.buf) < need {
		r.buf = make([]float32, need)
	}
	n := C.vantage_resample(r.swr, (*C.float)(unsafe.Pointer(unsafe.SliceData(r.buf[:1]))), C.int(room), in)
	if err := avError(n); err != nil {
		return nil, fmt.Errorf("resample: %w", err)
	}
	return r.buf[:int(n)*r.channels], nil
}

func (r *resampler) configure(in *C.AVFrame) error {
	key := soundKey{in.sample_rate, in.ch_layout.nb_channels, in.format}
	if r.swr != nil && key == r.key {
		return nil
	}
	r.close()
	r.swr = C.vantage_resampler(&in.ch_layout, in.format, in.sample_rate, C.int(r.channels), C.int(r.rate))
	if r.swr == nil {
		return fmt.Errorf("resample %d Hz with %d channels: %w", key.rate, key.channels, errNoResampler)
	}
	r.key = key
	return nil
}

var errNoResampler = errors.New("no conversion")

// delay is how many output samples are inside the filter.
func (r *resampler) delay() int64 {
	if r.swr == nil {
		return 0
	}
	return int64(C.swr_get_delay(r.swr, C.int64_t(r.rate)))
}

// stretch makes the next seconds longer (or shorter) by so many samples.
func (r *resampler) stretch(samples, over int64) {
	if r.swr != nil {
		C.swr_set_compensation(r.swr, C.int(samples), C.int(over))
	}
}

func (r *resampler) close() { C.swr_free(&r.swr) }
