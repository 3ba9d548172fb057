package rtc

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"time"

	"github.com/pion/dtls/v3"
	"github.com/pion/ice/v4"
	"github.com/pion/interceptor"
	"github.com/pion/transport/v5"
	"github.com/pion/transport/v5/stdnet"
	"github.com/pion/webrtc/v4"

	"vantage/internal/hint"
)

// Limits of a peer's connection.
const (
	// disconnectedAfter is how long nothing may arrive from a peer before it is called disconnected, and failedAfter how much longer
	// before its session ends. Browsers send a consent check at least every 5 s (RFC 7675 §5.1).
	disconnectedAfter = 8 * time.Second
	failedAfter       = 12 * time.Second

	// socketBuffer is asked of the kernel for the UDP port in each direction, in bytes. A key frame to a hundred viewers is some
	// megabytes in a burst; the kernel may grant less.
	socketBuffer = 4 << 20

	// tcpWriteBuffer is how many bytes may wait for one ICE-TCP peer; what does not fit is dropped, so that it never slows others.
	tcpWriteBuffer = 2 << 20

	// tcpReadPackets is how many packets of one ICE-TCP peer may wait to be read.
	tcpReadPackets = 64

	// receiveMTU is the largest packet read, in bytes.
	receiveMTU = 1500

	resolveTimeout = 5 * time.Second
)

// Options are an engine's means. The zero value is ready.
type Options struct {
	Log *slog.Logger // nil discards

	// Net is the network; nil is that of the operating system. Tests give a virtual one, which has no TCP.
	Net transport.Net
}

// Engine owns the UDP and the TCP port of WebRTC and makes peer connections on them.
type Engine struct {
	cfg    Config
	log    *slog.Logger
	udp    *udpMux
	tcp    *ice.TCPMuxDefault // nil: off
	cert   webrtc.Certificate
	public []string // resolved PublicAddresses

	// passive and active are the settings by the DTLS role that we take.
	passive, active webrtc.SettingEngine
}

// Listen opens the ports of cfg. It resolves host names among the public addresses, once.
func Listen(cfg Config, o Options) (*Engine, error) {
	if err := cfg.Validate(); err != nil {
		return nil, fmt.Errorf("webrtc: %w", err)
	}
	e := &Engine{cfg: cfg, log: o.Log}
	if e.log == nil {
		e.log = slog.New(slog.DiscardHandler)
	}
	virtual := o.Net != nil
	if !virtual {
		var err error
		if o.Net, err = stdnet.NewNet(); err != nil {
			return nil, fmt.Errorf("webrtc: list network interfaces: %w", err)
		}
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("webrtc: make a DTLS key: %w", err)
	}
	cert, err := webrtc.GenerateCertificate(key)
	if err != nil {
		return nil, fmt.Errorf("webrtc: make a DTLS certificate: %w", err)
	}
	e.cert = *cert
	if e.public, err = resolve(cfg.PublicAddresses); err != nil {
		return nil, err
	}
	if e.udp, err = listenUDP(cfg.UDPListen, o.Net, pionLogs{e.log}); err != nil {
		return nil, listenError("UDP", cfg.UDPListen, "udp_listen", err)
	}
	if cfg.TCPListen != "" && !virtual {
		ln, err := net.Listen("tcp", cfg.TCPListen)
		if err != nil {
			_ = e.udp.Close()
			return nil, listenError("TCP", cfg.TCPListen, "tcp_listen", err)
		}
		e.tcp = ice.NewTCPMuxDefault(ice.TCPMuxParams{
			Listener: ln, Logger: pionLogs{e.log}.NewLogger("ice-tcp"),
			ReadBufferSize: tcpReadPackets, WriteBufferSize: tcpWriteBuffer,
		})
	}
	if e.passive, err = e.settings(o.Net, webrtc.DTLSRoleServer); err == nil {
		e.active, err = e.settings(o.Net, webrtc.DTLSRoleClient)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("webrtc: %w", err), e.Close())
	}
	return e, nil
}

func (e *Engine) settings(n transport.Net, role webrtc.DTLSRole) (webrtc.SettingEngine, error) {
	s := webrtc.SettingEngine{LoggerFactory: pionLogs{e.log}}
	s.SetNet(n)
	s.SetLite(true)
	s.SetICEMulticastDNSMode(ice.MulticastDNSModeDisabled)
	s.SetIncludeLoopbackCandidate(true)
	s.SetICEUDPMux(e.udp)
	networks := []webrtc.NetworkType{webrtc.NetworkTypeUDP4, webrtc.NetworkTypeUDP6}
	if e.tcp != nil {
		s.SetICETCPMux(e.tcp)
		networks = append(networks, webrtc.NetworkTypeTCP4, webrtc.NetworkTypeTCP6)
	}
	s.SetNetworkTypes(networks)
	s.SetICETimeouts(disconnectedAfter, failedAfter, 0)
	s.SetReceiveMTU(receiveMTU)
	s.SetDTLSInsecureSkipHelloVerify(true)
	s.SetSRTPProtectionProfiles(dtls.SRTP_AEAD_AES_128_GCM, dtls.SRTP_AEAD_AES_256_GCM, dtls.SRTP_AES128_CM_HMAC_SHA1_80)
	if err := s.SetAnsweringDTLSRole(role); err != nil {
		return s, err
	}
	if len(e.public) == 0 {
		return s, nil
	}
	return s, s.SetICEAddressRewriteRules(webrtc.ICEAddressRewriteRule{
		External: e.public, AsCandidateType: webrtc.ICECandidateTypeHost, Mode: webrtc.ICEAddressRewriteAppend,
	})
}

// UDPAddr is the address of the UDP port.
func (e *Engine) UDPAddr() net.Addr { return e.udp.LocalAddr() }

// ICEServers are the servers to name to clients.
func (e *Engine) ICEServers() []ICEServer { return e.cfg.ICEServers }

// newPeer makes a peer connection for an offer, with the codecs of m.
func (e *Engine) newPeer(o *Offer, m *webrtc.MediaEngine, i *interceptor.Registry) (*webrtc.PeerConnection, error) {
	settings := e.passive
	if o.Setup == SetupPassive {
		settings = e.active
	}
	if i == nil {
		i = &interceptor.Registry{}
	}
	settings.DisableMediaEngineCopy(true) // it is this connection's own
	if !o.sends() {
		installReferenceBuffers(&settings.BufferFactory, &referenceBuffers{})
	}
	api := webrtc.NewAPI(webrtc.WithMediaEngine(m), webrtc.WithInterceptorRegistry(i), webrtc.WithSettingEngine(settings))
	return api.NewPeerConnection(webrtc.Configuration{
		BundlePolicy: webrtc.BundlePolicyMaxBundle, RTCPMuxPolicy: webrtc.RTCPMuxPolicyRequire,
		Certificates: []webrtc.Certificate{e.cert},
	})
}

// Close gives the ports back. Sessions are closed before.
func (e *Engine) Close() error {
	var errs []error
	if e.tcp != nil {
		errs = append(errs, e.tcp.Close())
	}
	errs = append(errs, e.udp.Close())
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("webrtc: close ports: %w", err)
	}
	return nil
}

func listenError(network, addr, field string, err error) error {
	return hint.New(fmt.Errorf("webrtc: listen on %s %s: %w", network, addr, err),
		"another server may use the port: choose another one by webrtc."+field)
}

// resolve turns host names into addresses.
func resolve(names []string) ([]string, error) {
	var all []string
	for _, name := range names {
		if ip, err := netip.ParseAddr(name); err == nil {
			all = append(all, ip.Unmap().String())
			continue
		}
		ctx, cancel := context.WithTimeout(context.Background(), resolveTimeout)
		addrs, err := net.DefaultResolver.LookupNetIP(ctx, "ip", name)
		cancel()
		if err != nil {
			return nil, hint.New(fmt.Errorf("webrtc: resolve the public address: %w", err),
				"correct webrtc.public_addresses, or give an IP address")
		}
		for _, a := range addrs {
			all = append(all, a.Unmap().String())
		}
	}
	return all, nil
}
