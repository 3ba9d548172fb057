package onviftest

import (
	"encoding/xml"
	"errors"
	"fmt"
	"net"
	"net/url"
	"strings"

	"github.com/google/uuid"
)

// probeXML is a Probe (WS-Discovery §5.2), read with its name spaces.
type probeXML struct {
	XMLName xml.Name `xml:"http://www.w3.org/2003/05/soap-envelope Envelope"`
	Header  struct {
		MessageID string `xml:"http://schemas.xmlsoap.org/ws/2004/08/addressing MessageID"`
		Action    string `xml:"http://schemas.xmlsoap.org/ws/2004/08/addressing Action"`
	} `xml:"http://www.w3.org/2003/05/soap-envelope Header"`
	Body struct {
		Probe *struct {
			Types string `xml:"http://schemas.xmlsoap.org/ws/2005/04/discovery Types"`
		} `xml:"http://schemas.xmlsoap.org/ws/2005/04/discovery Probe"`
	} `xml:"http://www.w3.org/2003/05/soap-envelope Body"`
}

const probeAction = "http://schemas.xmlsoap.org/ws/2005/04/discovery/Probe"

func (c *Camera) answerProbes(conn *net.UDPConn) error {
	buf := make([]byte, 64<<10)
	for {
		n, from, err := conn.ReadFromUDPAddrPort(buf)
		if errors.Is(err, net.ErrClosed) {
			return nil
		}
		if err != nil {
			return err
		}
		var p probeXML
		if xml.Unmarshal(buf[:n], &p) != nil || p.Header.Action != probeAction || p.Header.MessageID == "" || p.Body.Probe == nil {
			continue
		}
		if types := p.Body.Probe.Types; types != "" && !strings.Contains(types, ":NetworkVideoTransmitter") {
			continue
		}
		if _, err := conn.WriteToUDPAddrPort([]byte(c.probeMatches(p.Header.MessageID)), from); err != nil && !errors.Is(err, net.ErrClosed) {
			return err
		}
	}
}

// probeMatches is the example of ONVIF Core §7.3.3.2 with our values.
func (c *Camera) probeMatches(relatesTo string) string {
	scopes := []string{
		"onvif://www.onvif.org/type/video_encoder", "onvif://www.onvif.org/Profile/Streaming",
		"onvif://www.onvif.org/name/" + url.PathEscape(c.cfg.Name), "onvif://www.onvif.org/hardware/" + url.PathEscape(c.cfg.Hardware),
	}
	if c.cfg.Location != "" {
		scopes = append(scopes, "onvif://www.onvif.org/location/"+url.PathEscape(c.cfg.Location))
	}
	relates := "<wsa:RelatesTo>" + text(relatesTo) + "</wsa:RelatesTo>"
	if c.cfg.Quirks.NoRelatesTo {
		relates = ""
	}
	return fmt.Sprintf(`<?xml version="1.0" encoding="UTF-8"?>
<SOAP-ENV:Envelope xmlns:SOAP-ENV="http://www.w3.org/2003/05/soap-envelope" xmlns:wsa="http://schemas.xmlsoap.org/ws/2004/08/addressing" xmlns:d="http://schemas.xmlsoap.org/ws/2005/04/discovery" xmlns:dn="http://www.onvif.org/ver10/network/wsdl">
<SOAP-ENV:Header><wsa:MessageID>uuid:%s</wsa:MessageID>%s<wsa:To SOAP-ENV:mustUnderstand="true">http://schemas.xmlsoap.org/ws/2004/08/addressing/role/anonymous</wsa:To><wsa:Action SOAP-ENV:mustUnderstand="true">http://schemas.xmlsoap.org/ws/2005/04/discovery/ProbeMatches</wsa:Action><d:AppSequence SOAP-ENV:mustUnderstand="true" MessageNumber="1" InstanceId="1"></d:AppSequence></SOAP-ENV:Header>
<SOAP-ENV:Body><d:ProbeMatches><d:ProbeMatch>
<wsa:EndpointReference><wsa:Address>urn:uuid:%s</wsa:Address></wsa:EndpointReference>
<d:Types>dn:NetworkVideoTransmitter</d:Types>
<d:Scopes>%s</d:Scopes>
<d:XAddrs>%s</d:XAddrs>
<d:MetadataVersion>1</d:MetadataVersion>
</d:ProbeMatch></d:ProbeMatches></SOAP-ENV:Body></SOAP-ENV:Envelope>`,
		uuid.NewString(), relates, c.uuid, text(strings.Join(scopes, " ")), text(c.address("/onvif/device_service", c.http.Addr().String())))
}

// address tells where a service is, as the camera would.
func (c *Camera) address(path, host string) string {
	switch {
	case c.cfg.Quirks.RelativeXAddr:
		return path
	case c.cfg.Quirks.XAddrHost != "":
		return "http://" + c.cfg.Quirks.XAddrHost + path
	default:
		return "http://" + host + path
	}
}

func text(s string) string {
	var b strings.Builder
	_ = xml.EscapeText(&b, []byte(s)) // a Builder does not fail
	return b.String()
}
