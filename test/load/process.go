package main

import (
	"bytes"
	"fmt"
	"os"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// ticksPerSecond is the unit of /proc/PID/stat: Linux has told user space 100 on every architecture for decades.
const ticksPerSecond = 100

// process is what a process has used.
type process struct {
	cpu time.Duration
	rss int64 // bytes
}

// sample reads the state of a process; the zero value for PID 0.
func sample(pid int) (process, error) {
	if pid == 0 {
		return process{}, nil
	}
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return process{}, err
	}
	// The command may hold spaces and parentheses; what follows its last one is plain.
	f := strings.Fields(string(stat[bytes.LastIndexByte(stat, ')')+1:]))
	const utime, stime, rss = 11, 12, 21 // proc(5), counted from field 3
	if len(f) <= rss {
		return process{}, fmt.Errorf("/proc/%d/stat has %d fields", pid, len(f))
	}
	n := func(i int) int64 { v, _ := strconv.ParseInt(f[i], 10, 64); return v }
	return process{
		cpu: time.Duration(n(utime)+n(stime)) * time.Second / ticksPerSecond,
		rss: n(rss) * int64(os.Getpagesize()),
	}, nil
}

// selfCPU is the CPU time of this process.
func selfCPU() time.Duration {
	var u syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &u) != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
