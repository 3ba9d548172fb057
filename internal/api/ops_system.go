package api

import (
	"context"
	"net/http"
)

type versionOut struct{ Body Version }

type doctorOut struct{ Body DoctorReport }

type reloadOut struct{ Body ReloadReport }

func (a *API) registerSystem() {
	const tag = "System"
	handle(a, operation(http.MethodGet, "/v1/version", "version", tag, "Say what is running"),
		func(context.Context, *struct{}) (*versionOut, error) { return &versionOut{a.options.Version}, nil })
	handle(a, a.guarded(operation(http.MethodGet, "/v1/doctor", "doctor", tag, "Examine the machine")),
		func(ctx context.Context, _ *struct{}) (*doctorOut, error) {
			report, err := a.options.Backend.Doctor.Examine(ctx)
			report.Encoders, report.Checks = list(report.Encoders), list(report.Checks)
			return &doctorOut{report}, err
		})
	reload := a.guarded(operation(http.MethodPost, "/v1/reload", "reload", tag, "Apply the changed configuration file"))
	reload.Description = "Streams that did not change go on without a gap. A file with mistakes changes nothing. " + reload.Description
	handle(a, reload, func(ctx context.Context, _ *struct{}) (*reloadOut, error) {
		report, err := a.options.Backend.Reloader.Reload(ctx)
		return &reloadOut{report}, err
	})
}
