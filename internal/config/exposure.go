package config

import (
	"errors"
	"slices"
)

// Warnings returns what works and should be changed: renamed fields, doors that stand open to other machines, and
// viewers that would see nothing.
func (c *Config) Warnings() []Warning {
	all := slices.Clone(c.warnings)
	add := func(path, msg, remedy string) {
		m := c.mistake(path, errors.New(msg))
		all = append(all, Warning{File: m.File, Line: m.Line, Path: path, Msg: msg, Hint: remedy})
	}
	const publishRemedy = "list tokens under auth.publish, or listen on 127.0.0.1"
	if len(c.Auth.Publish) == 0 && c.takesPublishers() {
		if reachable(c.HTTP.Listen) {
			add("http.listen", "anybody who can reach "+c.HTTP.Listen+" can publish streams by WHIP", publishRemedy)
		}
		if reachable(c.RTSP.Listen) {
			add("rtsp.listen", "anybody who can reach "+c.RTSP.Listen+" can publish streams by RTSP", publishRemedy)
		}
	}
	if reachable(c.Admin.Listen) {
		add("admin.listen", "metrics and profiles are open to anybody who can reach "+c.Admin.Listen, "listen on 127.0.0.1, or on an address of a management network")
	}
	if reachable(c.HTTP.Listen) && !reachable(c.WebRTC.UDPListen) && !reachable(c.WebRTC.TCPListen) {
		add("webrtc.udp_listen", "viewers on other machines reach the console but get no pictures", `set it to ":8189"`)
	}
	return all
}

// takesPublishers reports whether any stream can come from a publisher.
func (c *Config) takesPublishers() bool {
	if c.Publish.AnyName {
		return true
	}
	for _, s := range c.Streams {
		if s.Source.URL == "" {
			return true
		}
	}
	return false
}
