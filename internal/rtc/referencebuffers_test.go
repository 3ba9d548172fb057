package rtc

import (
	"io"
	"testing"
	"time"

	"github.com/pion/rtcp"
)

func TestExtendedReportsReachEveryBuffer(t *testing.T) {
	t.Parallel()
	var open func(kind string, ssrc uint32) io.ReadWriteCloser
	installReferenceBuffers(&open, &referenceBuffers{})
	ours, theirs := open("rtcp", 7).(*referenceBuffer), open("rtcp", 1).(*referenceBuffer)
	defer ours.Close()
	defer theirs.Close()

	told, err := (&rtcp.ExtendedReport{SenderSSRC: 1, Reports: []rtcp.ReportBlock{&rtcp.ReceiverReferenceTimeReportBlock{NTPTimestamp: 1}}}).Marshal()
	if err != nil {
		t.Fatal(err)
	}
	lost, err := (&rtcp.PictureLossIndication{SenderSSRC: 1, MediaSSRC: 7}).Marshal()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := theirs.Write(told); err != nil {
		t.Fatal(err)
	}
	if _, err := ours.Write(lost); err != nil {
		t.Fatal(err)
	}
	buf := make([]byte, 100)
	for _, want := range [][]byte{told, lost} {
		if err := ours.SetReadDeadline(time.Now().Add(5 * time.Second)); err != nil {
			t.Fatal(err)
		}
		n, err := ours.Read(buf)
		if err != nil || string(buf[:n]) != string(want) {
			t.Fatalf("got %x, %v; want %x", buf[:n], err, want)
		}
	}
}
