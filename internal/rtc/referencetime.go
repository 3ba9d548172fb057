package rtc

import "strings"

// referenceTimes is the SDP attribute by which a receiver offers to tell its clock, so that the sender's answer gives it the round trip (RFC 3611
// §4.4, §5.1). Chromium offers it, and shows the capture time of pictures only where it is answered.
const referenceTimes = "a=rtcp-xr:rcvr-rtt="

// grantReferenceTimes adds the attribute to the sections of our answer that send media, if the peer offered it; pion does not know it.
// What answers the reports is stream/fanout.
func grantReferenceTimes(offer, answer string) string {
	if !strings.Contains(offer, referenceTimes) || strings.Contains(answer, referenceTimes) {
		return answer
	}
	const section, mux = "\r\nm=", "\r\na=rtcp-mux\r\n"
	parts := strings.Split(answer, section)
	for i, p := range parts {
		if i > 0 && strings.Contains(p, "\r\na=sendonly\r\n") {
			parts[i] = strings.Replace(p, mux, mux+referenceTimes+"all\r\n", 1)
		}
	}
	return strings.Join(parts, section)
}
