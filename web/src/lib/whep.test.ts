import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { WhepPlayer } from './whep';

// Stand-ins for what the browser gives: just enough of each for the player to go through its life.

const offer = 'v=0\r\nm=video 9 UDP/TLS/RTP/SAVPF 96\r\na=ice-ufrag:u1\r\na=ice-pwd:p1\r\na=mid:0\r\n';
const answer = 'v=0\r\nm=video 9 UDP/TLS/RTP/SAVPF 96\r\na=ice-ufrag:s1\r\na=ice-pwd:sp1\r\na=candidate:1 1 udp 1 192.0.2.1 8189 typ host\r\n';

class FakePeer {
  static all: FakePeer[] = [];
  connectionState = 'new';
  closed = false;
  localDescription: { sdp: string } | null = null;
  remote: string[] = [];
  onconnectionstatechange: (() => void) | null = null;
  onicecandidate: ((e: { candidate: { candidate: string } | null }) => void) | null = null;
  ontrack: unknown = null;
  constructor() {
    FakePeer.all.push(this);
  }
  addTransceiver() {}
  getReceivers() {
    return [];
  }
  async createOffer(o?: { iceRestart?: boolean }) {
    return { type: 'offer', sdp: o?.iceRestart ? offer.replace('u1', 'u2').replace('p1', 'p2') : offer };
  }
  async setLocalDescription(d: { sdp: string }) {
    this.localDescription = d;
  }
  async setRemoteDescription(d: { sdp: string }) {
    this.remote.push(d.sdp);
  }
  async getStats() {
    return new Map();
  }
  close() {
    this.closed = true;
  }
  become(state: string) {
    this.connectionState = state;
    this.onconnectionstatechange?.();
  }
}

interface Call {
  method: string;
  url: string;
  headers: Record<string, string>;
  body: string;
}

let calls: Call[] = [];
let reply: (c: Call) => Response | Promise<Response>;
let showFrame: (() => void) | null = null;

const created = () => {
  const r = new Response(answer, { status: 201, headers: { Location: '/whep/gate/abc', ETag: '"e1"' } });
  Object.defineProperty(r, 'url', { value: 'http://server/whep/gate' });
  return r;
};
const problem = (status: number, detail: string) => new Response(JSON.stringify({ detail }), { status });

function player(token: string | null = null) {
  const video = {
    requestVideoFrameCallback: (f: (now: number, m: object) => void) => {
      showFrame = () => f(0, { expectedDisplayTime: 0 });
      return 1;
    },
    cancelVideoFrameCallback: () => (showFrame = null),
  } as unknown as HTMLVideoElement;
  return new WhepPlayer({ url: '/whep/gate?rendition=roi', video, token: () => token });
}

/** Lets promises go on without letting time pass. */
const settle = () => vi.advanceTimersByTimeAsync(0);
const of = (method: string) => calls.filter((c) => c.method === method);

beforeEach(() => {
  vi.useFakeTimers();
  FakePeer.all = [];
  calls = [];
  reply = (c) => (c.method === 'POST' ? created() : new Response(null, { status: c.method === 'PATCH' ? 204 : 200 }));
  vi.stubGlobal('RTCPeerConnection', FakePeer);
  vi.stubGlobal('MediaStream', class {});
  vi.stubGlobal('location', { href: 'http://server/' });
  vi.stubGlobal('addEventListener', () => undefined);
  vi.stubGlobal('removeEventListener', () => undefined);
  vi.stubGlobal('fetch', async (url: string, init: RequestInit) => {
    const c = { method: init.method ?? 'GET', url: String(url), headers: init.headers as Record<string, string>, body: String(init.body ?? '') };
    calls.push(c);
    return reply(c);
  });
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe('WhepPlayer', () => {
  it('offers, shows a picture, and ends its session on the server', async () => {
    const p = player('secret');
    p.start();
    expect(p.state).toBe('connecting');
    await settle();
    expect(of('POST')[0]).toMatchObject({
      url: '/whep/gate?rendition=roi',
      headers: { 'Content-Type': 'application/sdp', Authorization: 'Bearer secret' },
      body: offer,
    });
    FakePeer.all[0]?.become('connected');
    showFrame?.();
    expect(p.state).toBe('playing');
    p.stop();
    expect(of('DELETE')[0]).toMatchObject({ url: 'http://server/whep/gate/abc', headers: { Authorization: 'Bearer secret' } });
    expect(FakePeer.all[0]?.closed).toBe(true);
    expect(p.state).toBe('idle');
  });

  it('waits for an unknown stream and plays it once it exists', async () => {
    const found = reply;
    reply = () => problem(404, 'x');
    const p = player();
    p.start();
    await settle();
    expect(p.state).toBe('waiting');
    expect(p.reason?.title).toBe('There is no stream named “gate”');
    reply = found;
    await vi.advanceTimersByTimeAsync(1000);
    FakePeer.all.at(-1)?.become('connected');
    showFrame?.();
    expect(p.state).toBe('playing');
    expect(p.reason).toBeNull();
  });

  it('stops at a codec that the browser does not take', async () => {
    reply = () => problem(406, 'this camera sends H.265');
    const p = player();
    p.start();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(p.state).toBe('failed');
    expect(p.reason?.title).toBe('This camera sends H.265');
    expect(of('POST')).toHaveLength(1);
  });

  it('says so when the server does not answer, and tries ever more slowly', async () => {
    reply = () => Promise.reject(new TypeError('refused'));
    const p = player();
    p.start();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(p.reason?.title).toBe('The server does not answer');
    expect(of('POST').length).toBeGreaterThan(5);
    expect(of('POST').length).toBeLessThan(16);
  });

  it('names the port when no path to it is found', async () => {
    const p = player();
    p.start();
    await vi.advanceTimersByTimeAsync(10_100);
    expect(p.reason?.title).toBe('UDP port 8189 is not reachable');
    expect(of('DELETE')).toHaveLength(1);
  });

  it('trickles candidates under the entity tag of the session', async () => {
    const p = player();
    p.start();
    await settle();
    FakePeer.all[0]?.onicecandidate?.({ candidate: { candidate: 'candidate:7 1 udp 1 192.0.2.9 5000 typ host' } });
    await vi.advanceTimersByTimeAsync(60);
    expect(of('PATCH')[0]).toMatchObject({ headers: { 'If-Match': '"e1"', 'Content-Type': 'application/trickle-ice-sdpfrag' } });
    expect(of('PATCH')[0]?.body).toContain('a=candidate:7');
    p.stop();
  });

  it('restarts ICE on a lost path, and keeps the session', async () => {
    const p = player();
    p.start();
    await settle();
    const pc = FakePeer.all[0]!;
    pc.become('connected');
    showFrame?.();
    reply = () =>
      new Response('a=ice-ufrag:s2\r\na=ice-pwd:sp2\r\na=candidate:1 1 udp 1 192.0.2.1 8189 typ host\r\n', {
        status: 200,
        headers: { ETag: '"e2"' },
      });
    pc.become('disconnected');
    await vi.advanceTimersByTimeAsync(2000);
    expect(p.state).toBe('reconnecting');
    expect(of('PATCH')[0]).toMatchObject({ headers: { 'If-Match': '*' } });
    expect(of('PATCH')[0]?.body).toContain('a=ice-ufrag:u2');
    expect(pc.remote.at(-1)).toContain('a=ice-ufrag:s2');
    expect(of('POST')).toHaveLength(1);
    p.stop();
  });

  it('begins a new session when the server has forgotten the old one', async () => {
    const p = player();
    p.start();
    await settle();
    FakePeer.all[0]?.become('connected');
    showFrame?.();
    const usual = reply;
    reply = (c) => (c.method === 'PATCH' ? problem(404, 'gone') : usual(c));
    FakePeer.all[0]?.become('failed');
    await vi.advanceTimersByTimeAsync(1000);
    expect(of('POST')).toHaveLength(2);
    p.stop();
  });

  it('ends a session whose answer comes after it was stopped', async () => {
    let answerLate: (r: Response) => void = () => undefined;
    reply = (c) => (c.method === 'POST' ? new Promise((done) => (answerLate = done)) : new Response(null));
    const p = player();
    p.start();
    await settle();
    p.stop();
    answerLate(created());
    await settle();
    expect(of('DELETE')).toHaveLength(1);
  });

  it('reads the name out of the address', () => expect(player().stream).toBe('gate'));
});
