package app

import (
	"context"

	"vantage/internal/api"
	internaldoctor "vantage/internal/doctor"
)

// doctor implements api.Doctor for the machine that the server runs on.
type doctor struct{ *App }

// Examine implements [api.Doctor].
func (d doctor) Examine(ctx context.Context) (api.DoctorReport, error) {
	r := d.roster
	return internaldoctor.Examine(ctx, internaldoctor.Options{
		Config: r.config(), Encoders: r.encoders.results(), FFmpeg: d.o.FFmpeg,
	}), nil
}
