package offline

import (
	"vantage/media"
	"vantage/transcode"
	"vantage/transcode/libav"
)

// clip reads the pictures of a file as I420, which every encoder and detector takes.
type clip struct {
	reader *libav.Reader
	scaler transcode.Scaler
}

func openClip(path string) (*clip, error) {
	reader, err := libav.OpenReader(path)
	if err != nil {
		return nil, err
	}
	scaler, err := libav.NewScaler(libav.ScalerConfig{Format: media.I420})
	if err != nil {
		_ = reader.Close()
		return nil, err
	}
	return &clip{reader, scaler}, nil
}

// Next returns the next picture, which the caller owns, or io.EOF.
func (c *clip) Next() (*media.Frame, error) {
	f, err := c.reader.Next()
	if err != nil || f.Format == media.I420 {
		return f, err
	}
	defer f.Release()
	return c.scaler.Scale(f)
}

// Close ends the reading.
func (c *clip) Close() error {
	err := c.scaler.Close()
	if readerErr := c.reader.Close(); err == nil {
		err = readerErr
	}
	return err
}
