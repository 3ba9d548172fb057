// Package doctor examines the machine for what a server needs: encoders that work, free ports, a place for its state, a
// clock that is right.
//
//	report := doctor.Examine(ctx, doctor.Options{Config: cfg, Encoders: results, FFmpeg: version, Ports: true})
//	for _, c := range report.Checks {
//		fmt.Println(c.Name, c.OK, c.Detail, c.Hint)
//	}
//
// It reports in the types of the API, so that 'vantage doctor --json' and GET /v1/doctor say the same.
//
// # Ownership
//
// The report is the caller's.
//
// # Goroutines
//
// The package starts none.
//
// # Standards
//
// None; the clock is asked by adjtimex(2).
package doctor
