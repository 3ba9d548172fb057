package rtc

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/pion/sdp/v3"
	"github.com/pion/webrtc/v4"

	"vantage/internal/httpx"
	"vantage/media"
)

// Limits of an offer.
const (
	// MaxOfferBytes bounds an SDP body. Chromium's largest offers have 12 KB.
	MaxOfferBytes = 64 << 10

	maxOfferMedia   = 32
	maxOfferFormats = 128 // per media section
)

// Setup is the DTLS role that the offerer asks for (RFC 5763 §5).
type Setup string

// The roles. An offer without one is taken as SetupActPass.
const (
	SetupActPass Setup = "actpass"
	SetupActive  Setup = "active"
	SetupPassive Setup = "passive"
)

// Offer is what matters of a peer's SDP offer.
type Offer struct {
	SDP   string // as received
	Setup Setup
	Ufrag string // of the peer's ICE agent

	// Video and Audio are the first section of their kind; nil when there is none.
	Video, Audio *OfferedMedia
}

// OfferedMedia is one media section.
type OfferedMedia struct {
	MID    string
	Sends  bool // the peer would send
	Takes  bool // the peer would receive
	Codecs []OfferedCodec
	names  []string // of all its codecs, known or not, for messages
}

// sends reports whether the peer would send anything.
func (o *Offer) sends() bool {
	return o.Video != nil && o.Video.Sends || o.Audio != nil && o.Audio.Sends
}

// CodecNames lists the section's codecs for a message: "VP8, VP9, H264".
func (m *OfferedMedia) CodecNames() string {
	if m == nil || len(m.names) == 0 {
		return "none"
	}
	return strings.Join(m.names, ", ")
}

// ParseOffer reads an SDP offer. Errors are problems for the peer: 413 for a body over MaxOfferBytes, 400 for what is no
// SDP, 422 for an SDP that cannot become a session.
func ParseOffer(body []byte) (*Offer, error) {
	if len(body) > MaxOfferBytes {
		return nil, httpx.Errorf(http.StatusRequestEntityTooLarge, "the SDP offer is larger than %d bytes", MaxOfferBytes)
	}
	if len(body) == 0 {
		return nil, malformed("the body is empty")
	}
	var desc sdp.SessionDescription
	if err := desc.Unmarshal(body); err != nil {
		return nil, malformed("the body is no SDP: %v", err)
	}
	if len(desc.MediaDescriptions) > maxOfferMedia {
		return nil, malformed("the offer has %d media sections; the limit is %d", len(desc.MediaDescriptions), maxOfferMedia)
	}
	o := &Offer{SDP: string(body), Setup: SetupActPass}
	for _, m := range desc.MediaDescriptions {
		if err := o.add(&desc, m); err != nil {
			return nil, err
		}
	}
	if o.Video == nil && o.Audio == nil {
		return nil, impossible("the offer has no video and no audio section", "add a transceiver for each kind before creating the offer")
	}
	return o, nil
}

func (o *Offer) add(desc *sdp.SessionDescription, m *sdp.MediaDescription) error {
	kind := m.MediaName.Media
	if len(m.MediaName.Formats) > maxOfferFormats {
		return malformed("a media section has %d formats; the limit is %d", len(m.MediaName.Formats), maxOfferFormats)
	}
	if kind != "video" && kind != "audio" || (m.MediaName.Port.Value == 0 && !has(m, "bundle-only")) {
		return nil // data channels and rejected sections
	}
	if !strings.Contains(strings.Join(m.MediaName.Protos, "/"), "SAVPF") {
		return impossible("the "+kind+" section is not DTLS-SRTP but "+strings.Join(m.MediaName.Protos, "/"), "offer UDP/TLS/RTP/SAVPF")
	}
	ufrag := attribute(desc, m, "ice-ufrag")
	if ufrag == "" || attribute(desc, m, "ice-pwd") == "" {
		return impossible("the "+kind+" section has no ICE credentials", "send the offer of setLocalDescription as it is")
	}
	if attribute(desc, m, "fingerprint") == "" {
		return impossible("the "+kind+" section has no DTLS fingerprint", "send the offer of setLocalDescription as it is")
	}
	if o.Ufrag == "" {
		o.Ufrag = ufrag
	}
	switch s := Setup(attribute(desc, m, "setup")); s {
	case SetupActive, SetupPassive:
		o.Setup = s
	}
	slot := &o.Video
	if kind == "audio" {
		slot = &o.Audio
	}
	if *slot == nil {
		*slot = section(desc, m)
	}
	return nil
}

func section(desc *sdp.SessionDescription, m *sdp.MediaDescription) *OfferedMedia {
	s := &OfferedMedia{MID: attribute(desc, m, "mid"), Sends: true, Takes: true}
	for _, direction := range [...]struct {
		name         string
		sends, takes bool
	}{{"sendrecv", true, true}, {"sendonly", true, false}, {"recvonly", false, true}, {"inactive", false, false}} {
		if has(m, direction.name) {
			s.Sends, s.Takes = direction.sends, direction.takes
		}
	}
	formats := formatsOf(m)
	rtx := make(map[uint8]uint8)
	for _, f := range formats {
		if strings.EqualFold(f.name, "rtx") {
			if apt, err := strconv.ParseUint(OfferedCodec{FMTP: f.fmtp}.Param("apt"), 10, 7); err == nil {
				rtx[uint8(apt)] = f.pt
			}
		}
	}
	seen := make(map[string]bool)
	for _, f := range formats {
		if upper := strings.ToUpper(f.name); f.name != "" && !seen[upper] && upper != "RTX" && upper != "RED" && upper != "ULPFEC" {
			seen[upper] = true
			s.names = append(s.names, f.name)
		}
		codec, err := media.ParseCodec(m.MediaName.Media + "/" + f.name)
		if err != nil {
			continue
		}
		c := OfferedCodec{
			Codec: codec, PayloadType: f.pt, RTX: rtx[f.pt], ClockRate: f.clock, Channels: f.channels,
			FMTP: f.fmtp, Feedback: f.feedback,
		}
		if c.usable() && f.clock == codec.RTPClockRate() {
			s.Codecs = append(s.Codecs, c)
		}
	}
	return s
}

// format is one payload type of a media section.
type format struct {
	pt              uint8
	name, fmtp      string
	clock, channels int
	feedback        []webrtc.RTCPFeedback
}

// formatsOf reads rtpmap, fmtp and rtcp-fb of a section, in the order of the m= line, which is the peer's preference.
func formatsOf(m *sdp.MediaDescription) []format {
	var list []format
	index := make(map[string]int)
	for _, f := range m.MediaName.Formats {
		pt, err := strconv.ParseUint(f, 10, 7)
		if _, twice := index[f]; err != nil || twice {
			continue
		}
		index[f] = len(list)
		fm := format{pt: uint8(pt)}
		switch pt { // static assignments need no rtpmap (RFC 3551 §6)
		case 0:
			fm.name, fm.clock, fm.channels = "PCMU", 8000, 1
		case 8:
			fm.name, fm.clock, fm.channels = "PCMA", 8000, 1
		}
		list = append(list, fm)
	}
	for _, a := range m.Attributes {
		number, rest, _ := strings.Cut(a.Value, " ")
		rest = strings.TrimSpace(rest)
		i, known := index[number]
		switch a.Key {
		case "rtpmap":
			if known {
				list[i].readMap(rest, m.MediaName.Media)
			}
		case "fmtp":
			if known {
				list[i].fmtp = rest
			}
		case "rtcp-fb":
			kind, parameter, _ := strings.Cut(rest, " ")
			for j := range list {
				if (known && j == i) || number == "*" {
					list[j].feedback = append(list[j].feedback, webrtc.RTCPFeedback{Type: kind, Parameter: parameter})
				}
			}
		}
	}
	return list
}

func (f *format) readMap(s, kind string) {
	name, rest, _ := strings.Cut(s, "/")
	clock, channels, _ := strings.Cut(rest, "/")
	f.name, f.channels = name, 0
	f.clock, _ = strconv.Atoi(clock)
	if kind == "audio" {
		f.channels = 1
		if n, err := strconv.ParseUint(channels, 10, 8); err == nil && n > 0 {
			f.channels = int(n)
		}
	}
}

// attribute returns a section's attribute, or the session's where the section has none.
func attribute(desc *sdp.SessionDescription, m *sdp.MediaDescription, key string) string {
	if v, ok := m.Attribute(key); ok {
		return v
	}
	v, _ := desc.Attribute(key)
	return v
}

func has(m *sdp.MediaDescription, key string) bool {
	_, ok := m.Attribute(key)
	return ok
}

func malformed(format string, args ...any) error {
	p := httpx.Errorf(http.StatusBadRequest, format, args...)
	p.Hint = "send an SDP offer (RFC 8866) as the body, as RTCPeerConnection makes it"
	return p
}

func impossible(detail, remedy string) error {
	return &httpx.Problem{Status: http.StatusUnprocessableEntity, Detail: detail, Hint: remedy}
}
