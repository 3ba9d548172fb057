package onvif

import (
	"context"
	"fmt"
	"net/url"
	"strings"
)

// maxProfiles bounds how many profiles are asked for their stream, one request each.
const maxProfiles = 64

// encoderXML is a VideoEncoderConfiguration of either media service.
type encoderXML struct {
	Encoding string  `xml:"Encoding"`
	Width    int     `xml:"Resolution>Width"`
	Height   int     `xml:"Resolution>Height"`
	FPS      float64 `xml:"RateControl>FrameRateLimit"`
}

type profilesXML struct {
	Profiles []struct {
		Token    string      `xml:"token,attr"`
		Name     string      `xml:"Name"`
		Encoder  *encoderXML `xml:"VideoEncoderConfiguration"`
		Encoder2 *encoderXML `xml:"Configurations>VideoEncoder"`
	} `xml:"Profiles"`
}

type streamURIXML struct {
	Media  string `xml:"MediaUri>Uri"`
	Media2 string `xml:"Uri"`
}

// mediaService is one of the two media services of a camera.
type mediaService struct {
	address   *url.URL
	namespace string
	profiles  string // body of GetProfiles
	stream    string // body of GetStreamUri, in which %s is the profile's token
}

// list returns the media services, the better first. The second can say H.265, which the first must disguise as another
// codec or hide; but not all that announce it have it working.
func (s services) list() (list []mediaService) {
	if s.media2 != nil {
		list = append(list, mediaService{s.media2, nsMedia2, "<op:Type>VideoEncoder</op:Type>",
			"<op:Protocol>RtspUnicast</op:Protocol><op:ProfileToken>%s</op:ProfileToken>"})
	}
	if s.media != nil {
		list = append(list, mediaService{s.media, nsMedia, "",
			"<op:StreamSetup><tt:Stream>RTP-Unicast</tt:Stream><tt:Transport><tt:Protocol>RTSP</tt:Protocol></tt:Transport></op:StreamSetup>" +
				"<op:ProfileToken>%s</op:ProfileToken>"})
	}
	return list
}

// Profiles asks for the video profiles and their streams, in the camera's order, which begins with the best as a rule.
func (c *Client) Profiles(ctx context.Context) ([]Profile, error) {
	s, err := c.connect(ctx)
	if err != nil {
		return nil, c.explain("connect", err)
	}
	err = ErrNoMedia
	for _, service := range s.list() {
		var profiles []Profile
		if profiles, err = c.profilesOf(ctx, service); err == nil {
			return profiles, nil
		}
	}
	return nil, c.explain("ask for its profiles", err)
}

func (c *Client) profilesOf(ctx context.Context, service mediaService) ([]Profile, error) {
	a, err := call[profilesXML](ctx, c, service.address, operation{service.namespace, "GetProfiles", service.profiles}, true)
	if err != nil {
		return nil, err
	}
	var profiles []Profile
	var streamErr error
	for _, p := range a.Profiles {
		encoder := p.Encoder
		if encoder == nil {
			encoder = p.Encoder2
		}
		if encoder == nil || p.Token == "" || len(profiles) == maxProfiles {
			continue // audio alone, metadata, or a profile that nobody has completed
		}
		uri, err := c.streamURI(ctx, service, p.Token)
		if err != nil {
			streamErr = fmt.Errorf("stream of profile %q: %w", p.Token, err)
			continue
		}
		profiles = append(profiles, Profile{
			Token: p.Token, Name: p.Name, Codec: codecName(encoder.Encoding),
			Width: encoder.Width, Height: encoder.Height, FPS: encoder.FPS, URI: uri,
		})
	}
	switch {
	case len(profiles) > 0:
		return profiles, nil
	case streamErr != nil:
		return nil, streamErr
	default:
		return nil, ErrNoMedia
	}
}

func (c *Client) streamURI(ctx context.Context, service mediaService, token string) (string, error) {
	op := operation{service.namespace, "GetStreamUri", fmt.Sprintf(service.stream, escape(token))}
	a, err := call[streamURIXML](ctx, c, service.address, op, true)
	if err != nil {
		return "", err
	}
	uri := mendStream(a.Media+a.Media2, c.base)
	if uri == "" {
		return "", fmt.Errorf("%q is no RTSP address", a.Media+a.Media2)
	}
	return uri, nil
}

// SetSynchronizationPoint asks the encoder of a profile for a key frame, for cameras that do not heed RTCP.
func (c *Client) SetSynchronizationPoint(ctx context.Context, profileToken string) error {
	s, err := c.connect(ctx)
	if err != nil {
		return c.explain("connect", err)
	}
	err = ErrNoMedia
	body := "<op:ProfileToken>" + escape(profileToken) + "</op:ProfileToken>"
	for _, service := range s.list() {
		op := operation{service.namespace, "SetSynchronizationPoint", body}
		if _, err = call[struct{}](ctx, c, service.address, op, true); err == nil {
			return nil
		}
	}
	return c.explain("ask for a key frame", err)
}

// codecName translates ONVIF's names of encodings, which in the second media service are media subtypes.
func codecName(encoding string) string {
	switch name := strings.ToLower(strings.TrimSpace(encoding)); name {
	case "jpeg":
		return "mjpeg"
	case "hevc":
		return "h265"
	case "mp4v-es":
		return "mpeg4"
	default:
		return name
	}
}
