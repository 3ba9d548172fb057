package rtsp

import (
	"errors"
	"fmt"
	"net"
	"strconv"
	"time"
)

// ServerConfig is how publishers and players reach us by RTSP.
type ServerConfig struct {
	// Listen is the TCP address of the server; empty turns it off. Default ":8554".
	Listen string `yaml:"listen"`

	// UDPListen is the address of RTP over UDP, with an even port; RTCP uses the port after it. Empty allows only interleaved
	// TCP. Default ":8000".
	UDPListen string `yaml:"udp_listen"`

	// ReadTimeout is how long a publisher may send nothing before it is closed, 1s to 5m. Default 10s.
	ReadTimeout time.Duration `yaml:"read_timeout"`

	// WriteTimeout is how long a player may take nothing before it is closed, 1s to 5m. Default 10s.
	WriteTimeout time.Duration `yaml:"write_timeout"`

	// PlayerQueue is how old a picture may become in a slow player's queue before it is dropped, 50ms to 10s. Default 1s.
	PlayerQueue time.Duration `yaml:"player_queue"`

	// MaxConnections bounds the open connections, 1 to 65536. Default 1024.
	MaxConnections int `yaml:"max_connections"`
}

// DefaultServerConfig is the configuration of a server that nobody configured.
func DefaultServerConfig() ServerConfig {
	return ServerConfig{
		Listen: ":8554", UDPListen: ":8000",
		ReadTimeout: 10 * time.Second, WriteTimeout: 10 * time.Second, PlayerQueue: time.Second,
		MaxConnections: 1024,
	}
}

// Validate reports all mistakes at once.
func (c ServerConfig) Validate() error {
	if c.Listen == "" {
		return nil
	}
	var errs []error
	check := func(ok bool, format string, args ...any) {
		if !ok {
			errs = append(errs, fmt.Errorf(format, args...))
		}
	}
	_, _, err := net.SplitHostPort(c.Listen)
	check(err == nil, "listen %q: want HOST:PORT or :PORT", c.Listen)
	if c.UDPListen != "" {
		_, err := rtcpAddress(c.UDPListen)
		check(err == nil, "udp_listen %q: want HOST:PORT or :PORT with an even port, whose next one is free for RTCP", c.UDPListen)
	}
	check(c.ReadTimeout >= time.Second && c.ReadTimeout <= 5*time.Minute, "read_timeout %v: want 1s to 5m", c.ReadTimeout)
	check(c.WriteTimeout >= time.Second && c.WriteTimeout <= 5*time.Minute, "write_timeout %v: want 1s to 5m", c.WriteTimeout)
	check(c.PlayerQueue >= 50*time.Millisecond && c.PlayerQueue <= 10*time.Second, "player_queue %v: want 50ms to 10s", c.PlayerQueue)
	check(c.MaxConnections >= 1 && c.MaxConnections <= 65536, "max_connections %d: want 1 to 65536", c.MaxConnections)
	return errors.Join(errs...)
}

var errOddPort = errors.New("RTP port must be even and not 0 (RFC 3550 §11)")

// rtcpAddress is the address one port above that of RTP.
func rtcpAddress(rtp string) (string, error) {
	host, port, err := net.SplitHostPort(rtp)
	if err != nil {
		return "", err
	}
	n, err := strconv.ParseUint(port, 10, 16)
	if err != nil {
		return "", err
	}
	if n == 0 || n%2 != 0 {
		return "", errOddPort
	}
	return net.JoinHostPort(host, strconv.FormatUint(n+1, 10)), nil
}
