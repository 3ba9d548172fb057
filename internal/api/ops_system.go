package api

import (
	"context"
	"net/http"

	"vantage/transcode"
)

type versionOut struct{ Body Version }

type doctorOut struct{ Body DoctorReport }

func (a *API) registerSystem() {
	const tag = "System"
	handle(a, operation(http.MethodGet, "/v1/version", "version", tag, "Say what is running"),
		func(context.Context, *struct{}) (*versionOut, error) { return &versionOut{a.options.Version}, nil })
	handle(a, a.guarded(operation(http.MethodGet, "/v1/doctor", "doctor", tag, "Examine the machine")),
		func(ctx context.Context, _ *struct{}) (*doctorOut, error) {
			report, err := a.options.Backend.Doctor.Examine(ctx)
			if report.Encoders == nil {
				report.Encoders = []transcode.ProbeResult{}
			}
			if report.Checks == nil {
				report.Checks = []Check{}
			}
			return &doctorOut{report}, err
		})
}
