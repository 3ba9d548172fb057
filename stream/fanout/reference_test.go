package fanout

import (
	"reflect"
	"testing"
	"time"

	"github.com/pion/rtcp"
)

func told(ssrc uint32, ntp uint64) *rtcp.ExtendedReport {
	return &rtcp.ExtendedReport{SenderSSRC: ssrc, Reports: []rtcp.ReportBlock{&rtcp.ReceiverReferenceTimeReportBlock{NTPTimestamp: ntp}}}
}

func TestReferencesAreAnsweredOnceWithTheirDelay(t *testing.T) {
	t.Parallel()
	var r references
	start := time.Unix(1000, 0)
	if got := r.answer(7, start); got != nil {
		t.Fatalf("answer to nothing: got %v", got)
	}
	r.note(told(1, 0x1111_2222_3333_4444), start)
	r.note(told(2, 0xaaaa_bbbb_cccc_dddd), start.Add(250*time.Millisecond))
	r.note(told(1, 0x5555_6666_7777_8888), start.Add(500*time.Millisecond))

	p := r.answer(7, start.Add(time.Second))
	want := []rtcp.DLRRReport{{SSRC: 1, LastRR: 0x6666_7777, DLRR: 1 << 15}, {SSRC: 2, LastRR: 0xbbbb_cccc, DLRR: 3 << 14}}
	wire, err := p.Marshal()
	if err != nil {
		t.Fatal(err)
	}
	var read rtcp.ExtendedReport
	if err := read.Unmarshal(wire); err != nil {
		t.Fatal(err)
	}
	if got := read.Reports[0].(*rtcp.DLRRReportBlock).Reports; read.SenderSSRC != 7 || !reflect.DeepEqual(got, want) {
		t.Errorf("answer from %d: got %v, want %v from 7", read.SenderSSRC, got, want)
	}
	if got := r.answer(7, start.Add(2*time.Second)); got != nil {
		t.Errorf("answered twice: %v", got)
	}
}

func TestReferencesOfManyReceiversAreBounded(t *testing.T) {
	t.Parallel()
	var r references
	for ssrc := range uint32(100) {
		r.note(told(ssrc, 1<<16), time.Unix(1000, 0))
	}
	block := r.answer(7, time.Unix(1000, 0)).(*rtcp.ExtendedReport).Reports[0].(*rtcp.DLRRReportBlock)
	if got := len(block.Reports); got != maxReferences {
		t.Errorf("answered %d receivers, want %d", got, maxReferences)
	}
}

func TestExposure(t *testing.T) {
	t.Parallel()
	at := time.Unix(1000, 0)
	tests := []struct {
		name                    string
		captured, arrived, want time.Time
	}{
		{"is what the camera says", at.Add(-80 * time.Millisecond), at.Add(-20 * time.Millisecond), at.Add(-80 * time.Millisecond)},
		{"is the arrival when the camera says nothing", time.Time{}, at.Add(-20 * time.Millisecond), at.Add(-20 * time.Millisecond)},
		{"is the arrival when the camera is ahead of us", at.Add(time.Second), at.Add(-20 * time.Millisecond), at.Add(-20 * time.Millisecond)},
		{"is the arrival when the camera is hours behind", at.Add(-time.Hour), at.Add(-20 * time.Millisecond), at.Add(-20 * time.Millisecond)},
		{"is now when nothing else is known", time.Time{}, time.Time{}, at},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := exposure(tt.captured, tt.arrived, at); !got.Equal(tt.want) {
				t.Errorf("got %v, want %v", got, tt.want)
			}
		})
	}
}
