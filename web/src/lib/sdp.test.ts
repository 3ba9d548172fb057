import { describe, expect, it } from 'vitest';
import { endpoints, fragment, preferStereo, restartAnswer } from './sdp';

const offer = [
  'v=0',
  'a=group:BUNDLE 0 1',
  'm=video 9 UDP/TLS/RTP/SAVPF 96',
  'a=ice-ufrag:EsAw',
  'a=ice-pwd:P2uYro0UCOQ4zxjKXaWCBui1',
  'a=mid:0',
  'm=audio 9 UDP/TLS/RTP/SAVPF 111',
  'a=ice-ufrag:EsAw',
  'a=mid:1',
  '',
].join('\r\n');

describe('fragment', () => {
  it('names the credentials, the section and the candidates', () => {
    expect(fragment(offer, ['candidate:1 1 udp 2130706431 192.0.2.1 5000 typ host'], true)).toBe(
      'a=ice-ufrag:EsAw\r\na=ice-pwd:P2uYro0UCOQ4zxjKXaWCBui1\r\nm=video 9 UDP/TLS/RTP/SAVPF 96\r\na=mid:0\r\n' +
        'a=candidate:1 1 udp 2130706431 192.0.2.1 5000 typ host\r\na=end-of-candidates\r\n',
    );
  });

  it('needs credentials', () => expect(fragment('v=0\r\nm=video 9 X 96\r\n', [], false)).toBeNull());
});

describe('restartAnswer', () => {
  it('replaces credentials everywhere and candidates in the first section', () => {
    const answer = offer.replace('a=mid:0', 'a=mid:0\r\na=candidate:1 1 udp 1 192.0.2.9 8189 typ host\r\na=end-of-candidates');
    const got = restartAnswer(answer, 'a=ice-ufrag:new1\r\na=ice-pwd:new2\r\na=candidate:2 1 udp 1 192.0.2.10 8189 typ host\r\n');
    expect(got).not.toContain('192.0.2.9');
    expect(got?.match(/a=ice-ufrag:new1/g)).toHaveLength(2);
    expect(got?.indexOf('192.0.2.10')).toBeLessThan(got?.indexOf('m=audio') ?? 0);
  });

  it('refuses a fragment without credentials', () => expect(restartAnswer(offer, 'a=candidate:x')).toBeNull());
});

describe('endpoints', () => {
  it('lists each address once', () => {
    const sdp =
      'a=candidate:1 1 udp 2 192.0.2.1 8189 typ host\r\na=candidate:1 2 udp 2 192.0.2.1 8189 typ host\r\na=candidate:2 1 tcp 1 192.0.2.1 8189 typ host tcptype passive\r\n';
    expect(endpoints(sdp)).toEqual([
      { protocol: 'UDP', address: '192.0.2.1', port: 8189 },
      { protocol: 'TCP', address: '192.0.2.1', port: 8189 },
    ]);
  });
});

describe('preferStereo', () => {
  const sdp = (fmtp: string) => `a=rtpmap:111 opus/48000/2\r\na=fmtp:111 ${fmtp}\r\na=fmtp:96 x=1\r\n`;

  it('adds stereo to the Opus format', () => expect(preferStereo(sdp('minptime=10'))).toBe(sdp('minptime=10;stereo=1')));
  it('leaves a choice alone that was made already', () => expect(preferStereo(sdp('stereo=0'))).toBe(sdp('stereo=0')));
  it('leaves a description without Opus alone', () => expect(preferStereo('v=0')).toBe('v=0'));
});
