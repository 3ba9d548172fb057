package offline

import (
	"errors"

	"vantage/media"
	"vantage/transcode"
	"vantage/transcode/libav"
)

// codec encodes pictures and decodes what came out. It implements eval.Codec.
type codec struct {
	encoder transcode.Encoder
	decoder transcode.Decoder
	sizes   []int // of the access units that are not decoded yet, oldest first
}

func newCodec(cfg transcode.EncoderConfig) (*codec, error) {
	encoder, err := libav.NewEncoder(cfg, libav.EncoderOptions{})
	if err != nil {
		return nil, err
	}
	decoder, err := libav.NewDecoder(encoder.Track(), libav.DecoderOptions{})
	if err != nil {
		return nil, errors.Join(err, encoder.Close())
	}
	return &codec{encoder: encoder, decoder: decoder}, nil
}

// Code implements eval.Codec.
func (c *codec) Code(f *media.Frame, emit func(bytes int, decoded *media.Frame) error) error {
	var emitErr error
	decoded := func(d *media.Frame) {
		size := 0
		if len(c.sizes) > 0 {
			size, c.sizes = c.sizes[0], c.sizes[1:]
		}
		if err := emit(size, d); emitErr == nil {
			emitErr = err
		}
	}
	var decodeErr error
	err := c.encoder.Encode(f, func(u *media.Unit) {
		size := 0
		for _, part := range u.Parts {
			size += len(part)
		}
		c.sizes = append(c.sizes, size)
		if err := c.decoder.Decode(u, decoded); decodeErr == nil {
			decodeErr = err
		}
	})
	if f == nil && err == nil && decodeErr == nil {
		decodeErr = c.decoder.Decode(nil, decoded)
	}
	for _, e := range []error{err, decodeErr, emitErr} {
		if e != nil {
			return e
		}
	}
	return nil
}

// Close frees both ends.
func (c *codec) Close() error { return errors.Join(c.encoder.Close(), c.decoder.Close()) }
