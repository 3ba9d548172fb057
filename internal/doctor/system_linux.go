package doctor

import (
	"fmt"
	"syscall"
	"time"

	"vantage/internal/api"
)

// minFiles is how many files a server with a hundred cameras and a thousand viewers opens.
const minFiles = 4096

// checkFiles looks at the limit of open files. The Go runtime raises the soft one to the hard one.
func checkFiles() api.Check {
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil {
		return api.Check{Name: "open files", OK: true, Detail: "unknown: " + err.Error()}
	}
	c := api.Check{Name: "open files", OK: limit.Cur >= minFiles, Detail: fmt.Sprintf("at most %d", limit.Cur)}
	if !c.OK {
		c.Hint = fmt.Sprintf("raise it to %d or more: 'ulimit -n', or LimitNOFILE in a systemd unit", minFiles)
	}
	return c
}

// unsynchronised is STA_UNSYNC and clockError is TIME_ERROR of adjtimex(2).
const (
	unsynchronised = 0x40
	clockError     = 5
)

// checkClock asks the kernel whether somebody keeps its clock right. Latency is measured against the clocks of cameras and
// viewers.
func checkClock() api.Check {
	var t syscall.Timex
	state, err := syscall.Adjtimex(&t)
	if err != nil {
		return api.Check{Name: "clock", OK: true, Detail: "unknown: " + err.Error()}
	}
	if state == clockError || t.Status&unsynchronised != 0 {
		return api.Check{
			Name: "clock", Detail: "nobody keeps it right: latency figures will be wrong",
			Hint: "run chrony, systemd-timesyncd or another NTP client on the host",
		}
	}
	return api.Check{Name: "clock", OK: true, Detail: fmt.Sprintf("synchronised, off by at most %v", time.Duration(t.Maxerror)*time.Microsecond)}
}
