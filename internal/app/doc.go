// Package app is the composition root: it builds the graph of a running server out of the packages, in reading order, and
// owns its life.
//
//	a, err := app.New(cfg, app.Options{Log: log, Start: worker.Command(worker.Self)})
//	if err != nil {
//		return err
//	}
//	return a.Run(ctx) // until ctx ends; then stops in stages
//
// A [feed] is one stream and all that is made of it: its source's hub, the worker that transcodes it, one hub for each
// rendition, meters. The [roster] holds the feeds by name; it is the catalogue that viewers open streams from, the
// registrar that publishers claim names at, and what a reload changes.
//
// # Ownership
//
// The app owns all that New builds, and Run ends it; Close is for an App that was not run. A feed owns its hubs and its worker and closes them when its
// run ends; viewers hold the hubs of a [view] until they close it. A publication belongs to the session that claimed it.
//
// # Goroutines
//
// New starts none. Run starts the listeners, one sampling goroutine, and for each feed one for its source and one for its worker; it returns when
// all have ended.
package app
