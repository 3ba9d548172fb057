package onvif

import (
	"crypto/rand"
	"crypto/sha1" //nolint:gosec // the digest of the UsernameToken Profile
	"encoding/base64"
	"encoding/xml"
	"errors"
	"fmt"
	"strings"
	"time"
)

// Name spaces (ONVIF Core §5.3).
const (
	nsSOAP    = "http://www.w3.org/2003/05/soap-envelope"
	nsDevice  = "http://www.onvif.org/ver10/device/wsdl"
	nsMedia   = "http://www.onvif.org/ver10/media/wsdl"
	nsMedia2  = "http://www.onvif.org/ver20/media/wsdl"
	nsSchema  = "http://www.onvif.org/ver10/schema"
	nsWSSE    = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"
	nsWSU     = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd"
	wssDigest = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-username-token-profile-1.0#PasswordDigest"
	wssBase64 = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-soap-message-security-1.0#Base64Binary"
)

// operation is one request to a service.
type operation struct {
	namespace string
	name      string
	body      string // XML inside the operation's element; "op:" is its name space, "tt:" the ONVIF schema
}

// envelope writes the request. The security header may be empty.
func (o operation) envelope(security string) string {
	var b strings.Builder
	b.WriteString(xml.Header)
	fmt.Fprintf(&b, `<s:Envelope xmlns:s="%s"><s:Header>%s</s:Header><s:Body>`, nsSOAP, security)
	fmt.Fprintf(&b, `<op:%s xmlns:op="%s" xmlns:tt="%s">%s</op:%[1]s>`, o.name, o.namespace, nsSchema, o.body)
	b.WriteString(`</s:Body></s:Envelope>`)
	return b.String()
}

// contentType is that of SOAP 1.2 with the action, without which some services do not find the operation.
func (o operation) contentType() string {
	return fmt.Sprintf(`application/soap+xml; charset=utf-8; action="%s/%s"`, o.namespace, o.name)
}

// usernameToken writes the WS-Security header with a password digest:
// Base64(SHA-1(nonce + created + password)) (UsernameToken Profile §3.1).
func usernameToken(user, password string, created time.Time) string {
	var nonce [16]byte
	_, _ = rand.Read(nonce[:]) // never fails
	at := created.UTC().Format("2006-01-02T15:04:05.000Z")
	h := sha1.New() //nolint:gosec
	h.Write(nonce[:])
	h.Write([]byte(at + password))
	return fmt.Sprintf(`<w:Security s:mustUnderstand="1" xmlns:w="%s" xmlns:u="%s"><w:UsernameToken><w:Username>%s</w:Username>`+
		`<w:Password Type="%s">%s</w:Password><w:Nonce EncodingType="%s">%s</w:Nonce><u:Created>%s</u:Created></w:UsernameToken></w:Security>`,
		nsWSSE, nsWSU, escape(user), wssDigest, base64.StdEncoding.EncodeToString(h.Sum(nil)),
		wssBase64, base64.StdEncoding.EncodeToString(nonce[:]), at)
}

// faultXML reads SOAP 1.2 faults, and those of SOAP 1.1 that some cameras send even so.
type faultXML struct {
	Code struct {
		Value   string      `xml:"Value"`
		Subcode *subcodeXML `xml:"Subcode"`
	} `xml:"Code"`
	Text        string `xml:"Reason>Text"`
	FaultCode   string `xml:"faultcode"`
	FaultString string `xml:"faultstring"`
}

type subcodeXML struct {
	Value   string      `xml:"Value"`
	Subcode *subcodeXML `xml:"Subcode"`
}

// code is the innermost, which is the most exact.
func (f *faultXML) code() string {
	code := f.Code.Value
	if code == "" {
		code = f.FaultCode
	}
	for sub := f.Code.Subcode; sub != nil; sub = sub.Subcode {
		code = sub.Value
		if localName(code) == "NotAuthorized" { // a vendor's own code may follow
			break
		}
	}
	return localName(code)
}

// maxReason bounds what is shown of a camera's words, in bytes.
const maxReason = 200

func (f *faultXML) err() error {
	reason := strings.Join(strings.Fields(f.Text+" "+f.FaultString), " ")
	reason = strings.ToValidUTF8(reason[:min(len(reason), maxReason)], "")
	fault := &FaultError{Code: f.code(), Reason: reason}
	if fault.unauthorized() || strings.Contains(strings.ToLower(reason), "not authorized") {
		return fmt.Errorf("%w (%w)", ErrUnauthorized, fault)
	}
	return fault
}

// envelopeXML is an answer whose body holds a T.
type envelopeXML[T any] struct {
	XMLName xml.Name `xml:"Envelope"`
	Body    *struct {
		Fault  *faultXML `xml:"Fault"`
		Answer T         `xml:",any"`
	} `xml:"Body"`
}

// parseAnswer reads an answer's body, or returns the fault that it carries.
func parseAnswer[T any](b []byte) (answer T, err error) {
	var env envelopeXML[T]
	err = decodeXML(b, &env)
	switch {
	case errors.Is(err, errTooLarge) || errors.Is(err, errDTD):
		return answer, err
	case err != nil:
		return answer, fmt.Errorf("%w (%w)", ErrNotONVIF, err)
	case env.Body == nil:
		return answer, fmt.Errorf("%w (an envelope without body)", ErrNotONVIF)
	case env.Body.Fault != nil:
		return answer, env.Body.Fault.err()
	}
	return env.Body.Answer, nil
}
