package rtsp_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"math/big"
	"net"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/bluenviron/gortsplib/v4"
	"github.com/bluenviron/gortsplib/v4/pkg/auth"
	"github.com/bluenviron/gortsplib/v4/pkg/base"
	"github.com/bluenviron/gortsplib/v4/pkg/description"
	"github.com/bluenviron/gortsplib/v4/pkg/format"
	"github.com/bluenviron/gortsplib/v4/pkg/liberrors"
)

// Parameter sets and slices of H.264: 640x360 and, for a change, 1920x1080.
var (
	smallSPS = []byte{
		0x67, 0x64, 0x00, 0x0c, 0xac, 0x3b, 0x50, 0xb0, 0x4b, 0x42, 0x00, 0x00, 0x03, 0x00, 0x02, 0x00, 0x00, 0x03, 0x00, 0x3d, 0x08,
	}
	largeSPS = []byte{
		0x67, 0x42, 0xc0, 0x28, 0xd9, 0x00, 0x78, 0x02, 0x27, 0xe5, 0x84, 0x00, 0x00, 0x03, 0x00, 0x04, 0x00, 0x00, 0x03, 0x00, 0xf0, 0x3c, 0x60, 0xc9, 0x20,
	}
	pps      = []byte{0x68, 0xee, 0x3c, 0x80}
	idrSlice = []byte{0x65, 0x88, 0x84, 0x00, 0x33, 0xff}
	slice    = []byte{0x41, 0x9a, 0x24, 0x6c, 0x41, 0x4f}
	opusTone = []byte{0xfc, 0xff, 0xfe} // 20 ms of silence
)

// cameraOptions make a [testCamera]. The zero value plays over UDP and TCP, to anybody.
type cameraOptions struct {
	user, password string
	methods        []auth.VerifyMethod
	status         base.StatusCode // of DESCRIBE, in place of the description
	setupStatus    base.StatusCode // of SETUP
	tls            *tls.Config
	deafUDP        bool // nothing comes over UDP
	tcpOnly        bool
	silent         bool // plays, and sends nothing
	expire         bool // refuses credentials at SETUP that it took at DESCRIBE
	desc           *description.Session
	addr           string // to listen on; "" is a free port
}

// testCamera is an RTSP server in this process, with H.264 and Opus.
type testCamera struct {
	o      cameraOptions
	server *gortsplib.Server
	stream *gortsplib.ServerStream
	video  *format.H264
	large  atomic.Bool // sends the larger pictures

	asked, tried, refused atomic.Int64 // requests, those with credentials, and answers of 401
	overTCP               atomic.Bool  // the last SETUP

	stop func()
	addr string
}

// newCamera starts a camera that ends with the test.
func newCamera(t *testing.T, o cameraOptions) *testCamera {
	t.Helper()
	c := &testCamera{o: o, video: &format.H264{PayloadTyp: 96, PacketizationMode: 1, SPS: smallSPS, PPS: pps}}
	opus := &format.Opus{PayloadTyp: 97, ChannelCount: 2}
	desc := o.desc
	if desc == nil {
		desc = &description.Session{Medias: []*description.Media{
			{Type: description.MediaTypeVideo, Formats: []format.Format{c.video}},
			{Type: description.MediaTypeAudio, Formats: []format.Format{opus}},
		}}
	}
	if o.addr == "" {
		c.o.addr = "127.0.0.1:0"
	}
	l, err := net.Listen("tcp", c.o.addr)
	if err != nil {
		t.Fatal(err)
	}
	c.addr = l.Addr().String()
	c.server = &gortsplib.Server{
		Handler: c, RTSPAddress: c.addr, AuthMethods: o.methods, TLSConfig: o.tls,
		Listen: func(string, string) (net.Listener, error) { return l, nil },
	}
	if !o.tcpOnly && o.tls == nil {
		host, port, _ := net.SplitHostPort(freeUDPPair(t))
		n, _ := strconv.Atoi(port)
		c.server.UDPRTPAddress, c.server.UDPRTCPAddress = net.JoinHostPort(host, port), net.JoinHostPort(host, strconv.Itoa(n+1))
	}
	if err := c.server.Start(); err != nil {
		t.Fatal(err)
	}
	c.stream = &gortsplib.ServerStream{Server: c.server, Desc: desc}
	if err := c.stream.Initialize(); err != nil {
		t.Fatal(err)
	}
	quit := make(chan struct{})
	var wg sync.WaitGroup
	if !o.silent && o.desc == nil {
		wg.Go(func() { c.send(quit, desc.Medias[0], desc.Medias[1], opus) })
	}
	c.stop = sync.OnceFunc(func() {
		close(quit)
		wg.Wait()
		c.stream.Close()
		c.server.Close()
	})
	t.Cleanup(c.stop)
	return c
}

// url is the address of the camera, with credentials if any are given.
func (c *testCamera) url(userinfo string) string {
	scheme := "rtsp://"
	if c.o.tls != nil {
		scheme = "rtsps://"
	}
	if userinfo != "" {
		userinfo += "@"
	}
	return scheme + userinfo + c.addr + "/stream1"
}

// send plays 25 pictures a second, every tenth an IDR, and 50 packets of sound.
func (c *testCamera) send(quit chan struct{}, video, audio *description.Media, opus *format.Opus) {
	ve, _ := c.video.CreateEncoder()
	ae, _ := opus.CreateEncoder()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for n := 0; ; n++ {
		hears := !c.o.deafUDP || c.overTCP.Load()
		if n%2 == 0 && hears {
			au := [][]byte{slice}
			if n%20 == 0 {
				au = [][]byte{smallSPS, pps, idrSlice}
				if c.large.Load() {
					au[0] = largeSPS
				}
			}
			packets, _ := ve.Encode(au)
			for _, p := range packets {
				p.Timestamp = uint32(1234567 + n*1800)
				_ = c.stream.WritePacketRTP(video, p)
			}
		}
		if p, _ := ae.Encode(opusTone); p != nil && hears {
			p.Timestamp = uint32(7654321 + n*960)
			_ = c.stream.WritePacketRTP(audio, p)
		}
		select {
		case <-tick.C:
		case <-quit:
			return
		}
	}
}

// authorized answers for credentials; nil lets the request pass.
func (c *testCamera) authorized(conn *gortsplib.ServerConn, r *base.Request) (*base.Response, error) {
	c.asked.Add(1)
	_, with := r.Header["Authorization"]
	if with {
		c.tried.Add(1)
	}
	if c.o.user == "" || conn.VerifyCredentials(r, c.o.user, c.o.password) && !(c.o.expire && r.Method == base.Setup) {
		return nil, nil
	}
	c.refused.Add(1)
	return &base.Response{StatusCode: base.StatusUnauthorized}, liberrors.ErrServerAuth{}
}

// OnDescribe implements [gortsplib.ServerHandlerOnDescribe].
func (c *testCamera) OnDescribe(ctx *gortsplib.ServerHandlerOnDescribeCtx) (*base.Response, *gortsplib.ServerStream, error) {
	if res, err := c.authorized(ctx.Conn, ctx.Request); res != nil {
		return res, nil, err
	}
	if c.o.status != 0 {
		return &base.Response{StatusCode: c.o.status}, nil, nil
	}
	return &base.Response{StatusCode: base.StatusOK}, c.stream, nil
}

// OnSetup implements [gortsplib.ServerHandlerOnSetup].
func (c *testCamera) OnSetup(ctx *gortsplib.ServerHandlerOnSetupCtx) (*base.Response, *gortsplib.ServerStream, error) {
	if res, err := c.authorized(ctx.Conn, ctx.Request); res != nil {
		return res, nil, err
	}
	if c.o.setupStatus != 0 {
		return &base.Response{StatusCode: c.o.setupStatus}, nil, nil
	}
	c.overTCP.Store(ctx.Transport == gortsplib.TransportTCP)
	return &base.Response{StatusCode: base.StatusOK}, c.stream, nil
}

// OnPlay implements [gortsplib.ServerHandlerOnPlay].
func (c *testCamera) OnPlay(*gortsplib.ServerHandlerOnPlayCtx) (*base.Response, error) {
	return &base.Response{StatusCode: base.StatusOK}, nil
}

// selfSigned returns a server's configuration with a certificate that nobody vouches for, and its fingerprint with colons.
func selfSigned(t *testing.T) (config *tls.Config, fingerprint string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(der)
	var pairs []string
	for _, b := range sum {
		pairs = append(pairs, strings.ToUpper(hex.EncodeToString([]byte{b})))
	}
	return &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}}, strings.Join(pairs, ":")
}
