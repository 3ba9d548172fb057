package onvif

import (
	"context"
	"errors"
	"net/url"
	"time"
)

// services are the addresses that we need besides the device service; nil where the camera has none.
type services struct{ media, media2 *url.URL }

type dateTimeXML struct {
	UTC *struct {
		Hour   int `xml:"Time>Hour"`
		Minute int `xml:"Time>Minute"`
		Second int `xml:"Time>Second"`
		Year   int `xml:"Date>Year"`
		Month  int `xml:"Date>Month"`
		Day    int `xml:"Date>Day"`
	} `xml:"SystemDateAndTime>UTCDateTime"`
}

type servicesXML struct {
	Service []struct {
		Namespace string `xml:"Namespace"`
		XAddr     string `xml:"XAddr"`
	} `xml:"Service"`
}

type capabilitiesXML struct {
	Media string `xml:"Capabilities>Media>XAddr"`
	// Hikvision tells the second media service here, where the standard has no place for it.
	Media2 string `xml:"Capabilities>Extension>Media2>XAddr"`
}

type deviceInformationXML struct {
	Manufacturer string `xml:"Manufacturer"`
	Model        string `xml:"Model"`
	Firmware     string `xml:"FirmwareVersion"`
	Serial       string `xml:"SerialNumber"`
}

func deviceOp(name, body string) operation { return operation{nsDevice, name, body} }

// DeviceInformation asks for make and model.
func (c *Client) DeviceInformation(ctx context.Context) (DeviceInformation, error) {
	if _, err := c.connect(ctx); err != nil {
		return DeviceInformation{}, c.explain("connect", err)
	}
	a, err := call[deviceInformationXML](ctx, c, c.base, deviceOp("GetDeviceInformation", ""), true)
	return DeviceInformation(a), c.explain("ask for its make", err)
}

// ClockOffset is the camera's clock less ours, as asked on the first call.
func (c *Client) ClockOffset(ctx context.Context) (time.Duration, error) {
	if _, err := c.connect(ctx); err != nil {
		return 0, c.explain("connect", err)
	}
	return c.skew(), nil
}

// connect learns the camera's clock, without which no password digest is right, and where its services are.
func (c *Client) connect(ctx context.Context) (services, error) {
	c.mu.Lock()
	known := c.services
	c.mu.Unlock()
	if known != nil {
		return *known, nil
	}
	if err := c.readClock(ctx); err != nil {
		return services{}, err
	}
	s, err := c.findServices(ctx)
	if err != nil {
		return services{}, err
	}
	c.mu.Lock()
	c.services = &s
	c.mu.Unlock()
	return s, nil
}

// readClock asks for the time, which is open to everyone (ONVIF Core §5.9.2 and §8.3.3). Where it is not, or is not told
// in UTC, the camera's clock is taken to be right.
func (c *Client) readClock(ctx context.Context) error {
	asked := time.Now()
	a, err := call[dateTimeXML](ctx, c, c.base, deviceOp("GetSystemDateAndTime", ""), false)
	if _, isFault := errors.AsType[*FaultError](err); isFault || errors.Is(err, ErrUnauthorized) {
		return nil
	}
	if err != nil || a.UTC == nil || a.UTC.Year < 1970 || a.UTC.Year > 9999 {
		return err
	}
	now := time.Date(a.UTC.Year, time.Month(a.UTC.Month), a.UTC.Day, a.UTC.Hour, a.UTC.Minute, a.UTC.Second, 0, time.UTC)
	// The answer was made half a round trip ago and is cut to whole seconds: half of one is the likely rest.
	middle := asked.Add(time.Since(asked) / 2)
	c.mu.Lock()
	c.offset = now.Add(time.Second / 2).Sub(middle)
	c.mu.Unlock()
	return nil
}

// findServices asks by GetServices, and by the older GetCapabilities where that is not known.
func (c *Client) findServices(ctx context.Context) (services, error) {
	op := deviceOp("GetServices", "<op:IncludeCapability>false</op:IncludeCapability>")
	a, err := call[servicesXML](ctx, c, c.base, op, true)
	if err == nil {
		var s services
		for _, v := range a.Service {
			switch v.Namespace {
			case nsMedia:
				s.media = c.reachable(v.XAddr)
			case nsMedia2:
				s.media2 = c.reachable(v.XAddr)
			}
		}
		if s != (services{}) {
			return s, nil
		}
	} else if _, isFault := errors.AsType[*FaultError](err); !isFault || errors.Is(err, ErrUnauthorized) {
		return services{}, err
	}
	old, err := call[capabilitiesXML](ctx, c, c.base, deviceOp("GetCapabilities", "<op:Category>All</op:Category>"), true)
	if err != nil {
		return services{}, err
	}
	return services{media: c.reachable(old.Media), media2: c.reachable(old.Media2)}, nil
}
