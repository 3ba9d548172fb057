package onviftest

import (
	"encoding/xml"
	"fmt"
	"io"
	"net/http"
	"strings"
)

// requestXML is a request to a service, read with its name spaces.
type requestXML struct {
	XMLName xml.Name `xml:"http://www.w3.org/2003/05/soap-envelope Envelope"`
	Header  struct {
		Security struct {
			Token *tokenXML `xml:"UsernameToken"`
		} `xml:"http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd Security"`
	} `xml:"http://www.w3.org/2003/05/soap-envelope Header"`
	Body struct {
		Operation struct {
			XMLName      xml.Name
			ProfileToken string `xml:"ProfileToken"`
			Protocol     string `xml:"Protocol"`
			Transport    string `xml:"StreamSetup>Transport>Protocol"`
		} `xml:",any"`
	} `xml:"http://www.w3.org/2003/05/soap-envelope Body"`
}

const (
	device = "http://www.onvif.org/ver10/device/wsdl"
	media1 = "http://www.onvif.org/ver10/media/wsdl"
	media2 = "http://www.onvif.org/ver20/media/wsdl"
)

// ServeHTTP answers the device service and both media services.
func (c *Camera) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodPost || !strings.HasPrefix(r.URL.Path, "/onvif/") {
		http.NotFound(w, r)
		return
	}
	b, err := io.ReadAll(io.LimitReader(r.Body, 1<<20))
	if err != nil {
		return
	}
	var req requestXML
	if err := xml.Unmarshal(b, &req); err != nil {
		c.fault(w, "env:Sender", "ter:WellFormed", "Well-formed error", http.StatusBadRequest)
		return
	}
	op := req.Body.Operation.XMLName
	if c.cfg.Username != "" && op.Local != "GetSystemDateAndTime" && !c.admit(w, r, req.Header.Security.Token) {
		return
	}
	answer, ok := c.answer(r, req)
	if !ok {
		c.fault(w, "env:Receiver", "ter:ActionNotSupported", "Optional Action Not Implemented: "+op.Local, http.StatusInternalServerError)
		return
	}
	c.write(w, http.StatusOK, answer)
}

// admit checks the user, or refuses the request.
func (c *Camera) admit(w http.ResponseWriter, r *http.Request, token *tokenXML) bool {
	if c.cfg.Quirks.HTTPDigest {
		if c.verifyHTTP(r) {
			return true
		}
		if r.Header.Get("Authorization") != "" {
			c.refusals.Add(1)
		}
		c.challenge(w)
		return false
	}
	if c.verify(token) {
		return true
	}
	if token != nil {
		c.refusals.Add(1)
	}
	c.fault(w, "env:Sender", "ter:NotAuthorized", "Sender not Authorized", http.StatusBadRequest)
	return false
}

func (c *Camera) answer(r *http.Request, req requestXML) (string, bool) {
	op := req.Body.Operation.XMLName
	switch op.Space {
	case device:
		return c.deviceAnswer(r, op.Local)
	case media1:
		return c.media1Answer(req)
	case media2:
		if c.cfg.Quirks.NoMedia2 || c.cfg.Quirks.BrokenMedia2 {
			return "", false
		}
		return c.media2Answer(req)
	default:
		return "", false
	}
}

func (c *Camera) deviceAnswer(r *http.Request, name string) (string, bool) {
	q := c.cfg.Quirks
	first, second := text(c.address("/onvif/media_service", r.Host)), text(c.address("/onvif/media2_service", r.Host))
	switch name {
	case "GetSystemDateAndTime":
		now := c.now()
		return fmt.Sprintf(`<tds:GetSystemDateAndTimeResponse><tds:SystemDateAndTime><tt:DateTimeType>NTP</tt:DateTimeType>`+
			`<tt:DaylightSavings>false</tt:DaylightSavings><tt:TimeZone><tt:TZ>UTC0</tt:TZ></tt:TimeZone>`+
			`<tt:UTCDateTime><tt:Time><tt:Hour>%d</tt:Hour><tt:Minute>%d</tt:Minute><tt:Second>%d</tt:Second></tt:Time>`+
			`<tt:Date><tt:Year>%d</tt:Year><tt:Month>%d</tt:Month><tt:Day>%d</tt:Day></tt:Date></tt:UTCDateTime>`+
			`</tds:SystemDateAndTime></tds:GetSystemDateAndTimeResponse>`,
			now.Hour(), now.Minute(), now.Second(), now.Year(), now.Month(), now.Day()), true
	case "GetDeviceInformation":
		return `<tds:GetDeviceInformationResponse><tds:Manufacturer>Vantage</tds:Manufacturer><tds:Model>` + text(c.cfg.Hardware) +
			`</tds:Model><tds:FirmwareVersion>1.0</tds:FirmwareVersion><tds:SerialNumber>` + c.uuid[:8] +
			`</tds:SerialNumber><tds:HardwareId>1</tds:HardwareId></tds:GetDeviceInformationResponse>`, true
	case "GetServices":
		if q.NoServices {
			return "", false
		}
		list := service(device, text(c.address("/onvif/device_service", r.Host))) + service(media1, first)
		if !q.NoMedia2 {
			list += service(media2, second)
		}
		return `<tds:GetServicesResponse>` + list + `</tds:GetServicesResponse>`, true
	case "GetCapabilities":
		return `<tds:GetCapabilitiesResponse><tds:Capabilities><tt:Device><tt:XAddr>` + text(c.address("/onvif/device_service", r.Host)) +
			`</tt:XAddr></tt:Device><tt:Media><tt:XAddr>` + first + `</tt:XAddr><tt:StreamingCapabilities><tt:RTPMulticast>false</tt:RTPMulticast>` +
			`<tt:RTP_TCP>true</tt:RTP_TCP><tt:RTP_RTSP_TCP>true</tt:RTP_RTSP_TCP></tt:StreamingCapabilities></tt:Media>` +
			`</tds:Capabilities></tds:GetCapabilitiesResponse>`, true
	default:
		return "", false
	}
}

func service(namespace, xaddr string) string {
	return `<tds:Service><tds:Namespace>` + namespace + `</tds:Namespace><tds:XAddr>` + xaddr +
		`</tds:XAddr><tds:Version><tt:Major>2</tt:Major><tt:Minor>60</tt:Minor></tds:Version></tds:Service>`
}

func (c *Camera) profile(token string) (Profile, bool) {
	for _, p := range c.cfg.Profiles {
		if p.Token == token {
			return p, true
		}
	}
	return Profile{}, false
}

func (c *Camera) media1Answer(req requestXML) (string, bool) {
	op := req.Body.Operation
	switch op.XMLName.Local {
	case "GetProfiles":
		// The first media service has no word for H.265; such profiles have no encoder here.
		b := `<trt:Profiles token="audio" fixed="true"><tt:Name>audio only</tt:Name></trt:Profiles>`
		for _, p := range c.cfg.Profiles {
			b += fmt.Sprintf(`<trt:Profiles token="%s" fixed="true"><tt:Name>%s</tt:Name>`, text(p.Token), text(p.Name))
			if p.Encoding != "H265" {
				b += fmt.Sprintf(`<tt:VideoEncoderConfiguration token="e"><tt:Name>e</tt:Name><tt:UseCount>1</tt:UseCount>%s<tt:SessionTimeout>PT60S</tt:SessionTimeout></tt:VideoEncoderConfiguration>`, p.encoder())
			}
			b += `</trt:Profiles>`
		}
		return `<trt:GetProfilesResponse>` + b + `</trt:GetProfilesResponse>`, true
	case "GetStreamUri":
		p, ok := c.profile(op.ProfileToken)
		return `<trt:GetStreamUriResponse><trt:MediaUri><tt:Uri>` + text(p.URI) + `</tt:Uri><tt:InvalidAfterConnect>false</tt:InvalidAfterConnect>` +
			`<tt:InvalidAfterReboot>false</tt:InvalidAfterReboot><tt:Timeout>PT0S</tt:Timeout></trt:MediaUri></trt:GetStreamUriResponse>`, ok && op.Transport == "RTSP"
	case "SetSynchronizationPoint":
		c.syncs.Add(1)
		return `<trt:SetSynchronizationPointResponse/>`, true
	default:
		return "", false
	}
}

func (c *Camera) media2Answer(req requestXML) (string, bool) {
	op := req.Body.Operation
	switch op.XMLName.Local {
	case "GetProfiles":
		b := ""
		for _, p := range c.cfg.Profiles {
			b += fmt.Sprintf(`<tr2:Profiles token="%s" fixed="true"><tr2:Name>%s</tr2:Name><tr2:Configurations>`+
				`<tr2:VideoEncoder token="e" GovLength="50" Profile="Main"><tt:Name>e</tt:Name><tt:UseCount>1</tt:UseCount>%s<tt:Quality>4</tt:Quality>`+
				`</tr2:VideoEncoder></tr2:Configurations></tr2:Profiles>`, text(p.Token), text(p.Name), p.encoder())
		}
		return `<tr2:GetProfilesResponse>` + b + `</tr2:GetProfilesResponse>`, true
	case "GetStreamUri":
		p, ok := c.profile(op.ProfileToken)
		return `<tr2:GetStreamUriResponse><tr2:Uri>` + text(p.URI) + `</tr2:Uri></tr2:GetStreamUriResponse>`, ok && op.Protocol == "RtspUnicast"
	case "SetSynchronizationPoint":
		c.syncs.Add(1)
		return `<tr2:SetSynchronizationPointResponse/>`, true
	default:
		return "", false
	}
}

func (p Profile) encoder() string {
	return fmt.Sprintf(`<tt:Encoding>%s</tt:Encoding><tt:Resolution><tt:Width>%d</tt:Width><tt:Height>%d</tt:Height></tt:Resolution>`+
		`<tt:RateControl><tt:FrameRateLimit>%d</tt:FrameRateLimit><tt:EncodingInterval>1</tt:EncodingInterval><tt:BitrateLimit>4096</tt:BitrateLimit></tt:RateControl>`,
		text(p.Encoding), p.Width, p.Height, p.FPS)
}

// fault writes a fault as in ONVIF Core §5.11.2.
func (c *Camera) fault(w http.ResponseWriter, code, subcode, reason string, status int) {
	if c.cfg.Quirks.PlainFaults {
		c.write(w, http.StatusOK, `<env:Fault><faultcode>`+subcode+`</faultcode><faultstring>`+text(reason)+`</faultstring></env:Fault>`)
		return
	}
	c.write(w, status, `<env:Fault><env:Code><env:Value>`+code+`</env:Value><env:Subcode><env:Value>`+subcode+
		`</env:Value></env:Subcode></env:Code><env:Reason><env:Text xml:lang="en">`+text(reason)+`</env:Text></env:Reason></env:Fault>`)
}

func (c *Camera) write(w http.ResponseWriter, status int, body string) {
	w.Header().Set("Content-Type", "application/soap+xml; charset=utf-8")
	w.WriteHeader(status)
	_, _ = io.WriteString(w, `<?xml version="1.0" encoding="utf-8"?><env:Envelope xmlns:env="http://www.w3.org/2003/05/soap-envelope" `+
		`xmlns:tds="`+device+`" xmlns:trt="`+media1+`" xmlns:tr2="`+media2+`" xmlns:tt="http://www.onvif.org/ver10/schema" `+
		`xmlns:ter="http://www.onvif.org/ver10/error"><env:Body>`+body+`</env:Body></env:Envelope>`)
}
