// Command vantage is an edge media server: cameras in, browsers out, with the bits where people look.
//
//	vantage serve                      without a file: this machine only, any publisher
//	vantage serve -c vantage.yaml
//	vantage config check               every mistake at once
//	vantage doctor                     what works on this machine
//
// Results go to standard output, everything else to standard error. --json is stable: fields are only ever added. The exit
// status is 0 when it is done, 1 when it failed, 2 for bad usage or configuration, and 3 when a check found problems.
//
// Each subcommand has a file here that reads its flags and calls a package; what a test would want is in that package.
package main
