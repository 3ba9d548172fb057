package rtc

import (
	"reflect"
	"strings"
	"testing"

	"vantage/internal/httpx"
)

const candidate = "1387637174 1 udp 2122260223 192.0.2.1 61764 typ host generation 0 ufrag EsAw network-id 1"

func TestParseFragment(t *testing.T) {
	for name, tc := range map[string]struct {
		text string
		want Fragment
	}{
		"the example of RFC 9725 §4.3.2": {
			"a=group:BUNDLE 0 1\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=mid:0\r\na=ice-ufrag:EsAw\r\na=ice-pwd:P2uYro0UCOQ4zxjKXaWCBui1\r\n" +
				"a=candidate:" + candidate + "\r\na=end-of-candidates\r\n",
			Fragment{
				Ufrag: "EsAw", Pwd: "P2uYro0UCOQ4zxjKXaWCBui1", MediaLine: "audio 9 UDP/TLS/RTP/SAVPF 111", MID: "0",
				Candidates: []string{candidate}, EndOfCandidates: true,
			},
		},
		"credentials in front of the section": {
			"a=ice-ufrag:EsAw\na=ice-pwd:P2uYro0UCOQ4zxjKXaWCBui1\nm=audio 9 RTP/AVP 0\na=mid:0\n",
			Fragment{Ufrag: "EsAw", Pwd: "P2uYro0UCOQ4zxjKXaWCBui1", MediaLine: "audio 9 RTP/AVP 0", MID: "0"},
		},
		"two sections tell one transport": {
			"m=audio 9 X 0\na=mid:0\na=candidate:a\nm=video 9 X 1\na=mid:1\na=candidate:b\n",
			Fragment{MediaLine: "audio 9 X 0", MID: "0", Candidates: []string{"a", "b"}},
		},
		"nothing": {"", Fragment{}},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := ParseFragment([]byte(tc.text))
			if err != nil {
				t.Fatal(err)
			}
			if !reflect.DeepEqual(*got, tc.want) {
				t.Errorf("got %+v\nwant %+v", *got, tc.want)
			}
		})
	}
}

func TestParseFragmentErrors(t *testing.T) {
	for name, tc := range map[string]struct {
		text   string
		status int
		want   string
	}{
		"no lines of SDP":        {"hello", 400, "TYPE=VALUE"},
		"a short ufrag":          {"a=ice-ufrag:abc\n", 400, "RFC 8839"},
		"a short password":       {"a=ice-ufrag:abcd\na=ice-pwd:short\n", 400, "RFC 8839"},
		"odd characters":         {"a=ice-ufrag:ab cd\n", 400, "RFC 8839"},
		"a password alone":       {"a=ice-pwd:P2uYro0UCOQ4zxjKXaWCBui1\n", 400, "without an ice-ufrag"},
		"too many candidates":    {strings.Repeat("a=candidate:x\n", 129), 400, "128 candidates"},
		"too many lines":         {strings.Repeat("a=x\n", 513), 400, "512 lines"},
		"more bytes than 32 KiB": {strings.Repeat("a", 32<<10+1), 413, "32768"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := ParseFragment([]byte(tc.text))
			if err == nil {
				t.Fatal("no error")
			}
			p := httpx.ProblemOf(err)
			if p.GetStatus() != tc.status || !strings.Contains(p.Detail, tc.want) {
				t.Errorf("got %d %q", p.GetStatus(), p.Detail)
			}
		})
	}
}

// What was understood is written so that it is understood in the same way.
func FuzzFragment(f *testing.F) {
	f.Add([]byte("a=ice-ufrag:EsAw\r\na=ice-pwd:P2uYro0UCOQ4zxjKXaWCBui1\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=mid:0\r\na=candidate:" + candidate + "\r\na=end-of-candidates\r\n"))
	f.Add([]byte("m=\na=mid:\na=candidate:\n"))
	f.Add([]byte("a=candidate:a\rb\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		first, err := ParseFragment(b)
		if err != nil {
			return
		}
		second, err := ParseFragment([]byte(first.String()))
		if err != nil {
			t.Fatalf("own text %q: %v", first, err)
		}
		if !reflect.DeepEqual(first, second) {
			t.Fatalf("got %+v, then %+v", first, second)
		}
	})
}

// A re-offer has the peer's new credentials in each section and none of the old.
func TestReoffer(t *testing.T) {
	offer := string(readOffer(t, "chromium-recvonly.sdp"))
	f := &Fragment{Ufrag: "NEWU", Pwd: "newpasswordnewpassword", Candidates: []string{candidate}}
	got := reoffer(offer, f)
	if strings.Contains(got, "ExH8") || strings.Contains(got, "EXAmple") {
		t.Error("old credentials are left")
	}
	if n := strings.Count(got, "a=ice-ufrag:NEWU\r\n"); n != 2 {
		t.Errorf("%d sections have the new ufrag", n)
	}
	if n := strings.Count(got, candidate); n != 1 {
		t.Errorf("the candidate stands %d times", n)
	}
	if o, err := ParseOffer([]byte(got)); err != nil || o.Ufrag != "NEWU" {
		t.Errorf("%+v, %v", o, err)
	}
}
