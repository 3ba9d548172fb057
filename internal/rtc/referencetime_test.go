package rtc

import "testing"

func TestGrantReferenceTimes(t *testing.T) {
	t.Parallel()
	const (
		asks   = "v=0\r\nm=video 9 X 96\r\na=rtcp-xr:rcvr-rtt=all\r\n"
		sends  = "v=0\r\nm=video 9 X 96\r\na=sendonly\r\na=rtcp-mux\r\na=mid:0\r\nm=audio 0 X 0\r\na=mid:1\r\n"
		grants = "v=0\r\nm=video 9 X 96\r\na=sendonly\r\na=rtcp-mux\r\na=rtcp-xr:rcvr-rtt=all\r\na=mid:0\r\nm=audio 0 X 0\r\na=mid:1\r\n"
		takes  = "v=0\r\nm=video 9 X 96\r\na=recvonly\r\na=rtcp-mux\r\n"
	)
	tests := []struct{ name, offer, answer, want string }{
		{"sections that send", asks, sends, grants},
		{"nothing that was not offered", "v=0\r\nm=video 9 X 96\r\n", sends, sends},
		{"nothing to a publisher", asks, takes, takes},
		{"nothing twice", asks, grants, grants},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := grantReferenceTimes(tt.offer, tt.answer); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}
