package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"sync"
	"time"
)

// options are the command line.
type options struct {
	url, token string
	n          int
	duration   time.Duration
	every      time.Duration
	settle     time.Duration
	pid        int
	gcm        bool
	json       bool
}

func main() {
	var o options
	flag.StringVar(&o.url, "url", "http://127.0.0.1:8080/whep/demo", "WHEP `URL`")
	flag.StringVar(&o.token, "token", "", "bearer token")
	flag.IntVar(&o.n, "n", 100, "viewers")
	flag.DurationVar(&o.duration, "duration", 30*time.Second, "how long to measure, once all have joined")
	flag.DurationVar(&o.every, "every", 20*time.Millisecond, "time between two joins")
	flag.DurationVar(&o.settle, "settle", 2*time.Second, "pause between the last join and the measurement")
	flag.IntVar(&o.pid, "pid", 0, "process `ID` of the server, for its CPU and memory")
	flag.BoolVar(&o.gcm, "gcm", false, "offer AES-GCM alone, in place of a browser's list")
	flag.BoolVar(&o.json, "json", false, "print JSON in place of text")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	r, err := run(ctx, o)
	if err != nil {
		fmt.Fprintln(os.Stderr, "load:", err)
		os.Exit(1)
	}
	if o.json {
		enc := json.NewEncoder(os.Stdout)
		enc.SetIndent("", "  ")
		err = enc.Encode(r)
	} else {
		_, err = fmt.Print(r)
	}
	if err != nil {
		os.Exit(1)
	}
}

// run joins all viewers, measures, and leaves.
func run(ctx context.Context, o options) (*report, error) {
	if o.n < 1 || o.duration <= 0 {
		return nil, errors.New("-n and -duration must be positive")
	}
	creds, err := newCredentials(o.gcm)
	if err != nil {
		return nil, err
	}
	r := &report{URL: o.url, Viewers: o.n}
	idle, err := sample(o.pid)
	if err != nil {
		return nil, err
	}
	viewers, err := joinAll(ctx, o, creds, r)
	defer func() {
		var wg sync.WaitGroup
		for _, v := range viewers {
			wg.Go(v.leave)
		}
		wg.Wait()
	}()
	if err != nil {
		return nil, err
	}
	if err := pause(ctx, o.settle); err != nil {
		return nil, err
	}
	joined, err := sample(o.pid)
	if err != nil {
		return nil, err
	}
	self, began := selfCPU(), time.Now()
	before := make([]counts, len(viewers))
	for i, v := range viewers {
		before[i] = v.counts()
	}
	if err := pause(ctx, o.duration); err != nil {
		return nil, err
	}
	elapsed := time.Since(began)
	end, err := sample(o.pid)
	if err != nil {
		return nil, err
	}
	for i, v := range viewers {
		r.add(v, before[i], elapsed)
	}
	r.finish(o, usage{idle, joined, end, selfCPU() - self, elapsed})
	return r, nil
}

// joinAll joins the viewers one after the other, without waiting for one to be connected before the next.
func joinAll(ctx context.Context, o options, creds *credentials, r *report) ([]*viewer, error) {
	viewers := make([]*viewer, 0, o.n)
	errs := make([]error, o.n)
	var wg sync.WaitGroup
	for i := range o.n {
		v := newViewer(o, creds)
		viewers = append(viewers, v)
		wg.Go(func() { errs[i] = v.join(ctx) })
		if err := pause(ctx, o.every); err != nil {
			break
		}
	}
	wg.Wait()
	for _, err := range errs {
		if err != nil {
			r.Failed++
		}
	}
	if r.Failed == o.n || ctx.Err() != nil {
		return viewers, errors.Join(ctx.Err(), errs[0])
	}
	return viewers, nil
}

func pause(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
