// Package mediatest helps to test code that handles media values.
//
//	func TestRelay(t *testing.T) {
//		mediatest.NoLeaks(t)
//		...
//	}
//
// # Ownership
//
// NoLeaks holds the rule of package media by counting: what a test retains or pops, it releases.
//
// # Goroutines
//
// None are started. NoLeaks counts the whole process, so tests that use it do not run in parallel with others of their package.
package mediatest
