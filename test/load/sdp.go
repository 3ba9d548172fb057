package main

import (
	"errors"
	"fmt"
	"net/netip"
	"strconv"
	"strings"
)

// iceCredentials are those of one side.
type iceCredentials struct{ ufrag, pwd string }

// answer is what matters of a server's SDP.
type answer struct {
	ice            iceCredentials
	candidates     []netip.AddrPort // UDP over IPv4
	serverIsActive bool             // in DTLS
	videoPT        uint8
}

// offer is that of a browser which receives video and audio, without what no server needs.
func offer(local iceCredentials, fingerprint string) string {
	var b strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&b, format+"\r\n", args...) }
	line("v=0\r\no=- 1 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=group:BUNDLE 0 1\r\na=msid-semantic: WMS")
	section := func(mid int, media string, pts ...int) {
		line("m=%s 9 UDP/TLS/RTP/SAVPF %s\r\nc=IN IP4 0.0.0.0\r\na=rtcp:9 IN IP4 0.0.0.0", media, strings.Trim(fmt.Sprint(pts), "[]"))
		line("a=ice-ufrag:%s\r\na=ice-pwd:%s\r\na=fingerprint:sha-256 %s\r\na=setup:actpass", local.ufrag, local.pwd, fingerprint)
		line("a=mid:%d\r\na=recvonly\r\na=rtcp-mux\r\na=rtcp-rsize", mid)
	}
	section(0, "video", 96, 97, 98, 99, 100, 101, 102, 103, 104, 105, 106, 107)
	for _, c := range [...]struct {
		pt         int
		name, fmtp string
	}{
		{96, "VP8", ""},
		{98, "VP9", "profile-id=0"},
		{100, "H264", "level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f"},
		{102, "H264", "level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=4d001f"},
		{104, "H264", "level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=640032"},
		{106, "AV1", "level-idx=5;profile=0;tier=0"},
	} {
		line("a=rtpmap:%d %s/90000", c.pt, c.name)
		for _, fb := range [...]string{"goog-remb", "ccm fir", "nack", "nack pli"} {
			line("a=rtcp-fb:%d %s", c.pt, fb)
		}
		if c.fmtp != "" {
			line("a=fmtp:%d %s", c.pt, c.fmtp)
		}
		line("a=rtpmap:%d rtx/90000\r\na=fmtp:%d apt=%d", c.pt+1, c.pt+1, c.pt)
	}
	section(1, "audio", 111, 0, 8)
	line("a=rtpmap:111 opus/48000/2\r\na=fmtp:111 minptime=10;useinbandfec=1\r\na=rtpmap:0 PCMU/8000\r\na=rtpmap:8 PCMA/8000")
	return b.String()
}

func parseAnswer(sdp string) (*answer, error) {
	a := &answer{}
	seen := make(map[netip.AddrPort]bool)
	for l := range strings.Lines(sdp) {
		l = strings.TrimRight(l, "\r\n")
		key, value, _ := strings.Cut(l, ":")
		switch {
		case strings.HasPrefix(l, "m=video "):
			if f := strings.Fields(l); len(f) > 3 {
				pt, _ := strconv.ParseUint(f[3], 10, 7)
				a.videoPT = uint8(pt)
			}
		case key == "a=ice-ufrag":
			a.ice.ufrag = value
		case key == "a=ice-pwd":
			a.ice.pwd = value
		case l == "a=setup:active":
			a.serverIsActive = true
		case key == "a=candidate":
			if f := strings.Fields(value); len(f) > 5 && strings.EqualFold(f[2], "udp") && f[1] == "1" {
				if c, err := netip.ParseAddrPort(f[4] + ":" + f[5]); err == nil && c.Addr().Is4() && !seen[c] {
					seen[c] = true
					a.candidates = append(a.candidates, c)
				}
			}
		}
	}
	if a.ice.ufrag == "" || a.ice.pwd == "" || len(a.candidates) == 0 {
		return nil, errors.New("the answer has no ICE credentials or no UDP candidates over IPv4")
	}
	return a, nil
}
