// Package ingest brings streams in: it says what a [Source] is, keeps one running ([Supervisor]), lets it run only while somebody
// watches ([Gate]), and joins what its connections deliver into one time line ([Timeline]). Its subpackages hold the sources.
//
//	timeline := ingest.NewTimeline(hub)
//	sup := ingest.NewSupervisor(ingest.SupervisorConfig{Source: camera, Timeline: timeline, StallAfter: 2500 * time.Millisecond})
//	err := sup.Run(ctx) // connects again and again until ctx ends or a person must act
//
// # Ownership
//
// Units are borrowed by Publish, as everywhere (package media).
//
// # Goroutines
//
// Constructors start none. Supervisor.Run and Gate.Run add one each to the source's own, which watch for silence and for viewers. A
// source may publish each of its tracks from a goroutine of its own; a Timeline serves one source at a time.
package ingest
