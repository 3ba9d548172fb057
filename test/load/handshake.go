package main

import (
	"context"
	"crypto/sha256"
	"crypto/tls"
	"fmt"
	"net"
	"strings"

	"github.com/pion/dtls/v3"
	"github.com/pion/dtls/v3/pkg/crypto/selfsign"
)

// credentials are what all viewers share.
type credentials struct {
	cert        tls.Certificate
	fingerprint string
	profiles    []dtls.SRTPProtectionProfile
}

func newCredentials(gcm bool) (*credentials, error) {
	cert, err := selfsign.GenerateSelfSigned()
	if err != nil {
		return nil, fmt.Errorf("make a certificate: %w", err)
	}
	sum := sha256.Sum256(cert.Certificate[0])
	parts := make([]string, len(sum))
	for i, b := range sum {
		parts[i] = fmt.Sprintf("%02X", b)
	}
	c := &credentials{cert: cert, fingerprint: strings.Join(parts, ":")}
	// Chromium's list, in its order.
	c.profiles = []dtls.SRTPProtectionProfile{
		dtls.SRTP_AES128_CM_HMAC_SHA1_80, dtls.SRTP_AEAD_AES_256_GCM, dtls.SRTP_AEAD_AES_128_GCM,
	}
	if gcm {
		c.profiles = []dtls.SRTPProtectionProfile{dtls.SRTP_AEAD_AES_128_GCM}
	}
	return c, nil
}

// handshake makes the DTLS connection. The peer's certificate is not checked: nothing that it protects is read.
func (c *credentials) handshake(ctx context.Context, t *transport, serverIsActive bool) (*dtls.Conn, error) {
	//lint:ignore SA1019 pion/webrtc is built on it too, and both leave it with the next major version
	cfg := &dtls.Config{
		Certificates: []tls.Certificate{c.cert}, InsecureSkipVerify: true, SRTPProtectionProfiles: c.profiles,
		ExtendedMasterSecret: dtls.RequireExtendedMasterSecret, ClientAuth: dtls.RequireAnyClientCert, InsecureSkipVerifyHello: true,
	}
	peer := net.UDPAddrFromAddrPort(t.peer)
	dial := dtls.Client //lint:ignore SA1019 see above
	if serverIsActive {
		dial = dtls.Server //lint:ignore SA1019 see above
	}
	conn, err := dial(t, peer, cfg)
	if err != nil {
		return nil, err
	}
	if err := conn.HandshakeContext(ctx); err != nil {
		_ = conn.Close()
		return nil, err
	}
	return conn, nil
}
