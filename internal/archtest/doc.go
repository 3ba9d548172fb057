// Package archtest holds the map of the code base true: who may import whom, what each package has, how large files grow.
// It has nothing but tests; "go test ./internal/archtest" names each violation with the reason of the rule.
//
// # Ownership
//
// Does not apply.
//
// # Goroutines
//
// None.
//
// # Standards
//
// The rules are those of ARCHITECTURE.md. Who needs to break one changes both, and says why in the commit.
package archtest
