import { backoff } from './backoff';
import { plausibleLatency, quantile, Ring, unixMillis } from './latency';
import { iceServers } from './link';
import { noPath, problemOf, refused, silent, unreachable, type Reason } from './reason';
import { endpoints, fragment, preferStereo, restartAnswer } from './sdp';
import { between, read, type PlayerStats, type Reading } from './stats';

/**
 * Where a player stands. In `stalled` the session is up and no pictures come; in `reconnecting` a session that had pictures is being built anew
 * (the last picture stays on the screen); in `waiting` the first attempts failed and the next follows by itself; `failed` needs a person.
 */
export type PlayerState = 'idle' | 'connecting' | 'playing' | 'stalled' | 'reconnecting' | 'waiting' | 'failed';

export interface WhepOptions {
  /** The WHEP address, with the rendition as its query. */
  url: string;
  video: HTMLVideoElement;
  /** Asks for a bearer token at each request; null sends none. */
  token?: () => string | null;
  /** Receive sound too. Default true. */
  audio?: boolean;
}

/** Time limits, in milliseconds. */
const limits = {
  answer: 15_000,
  path: 10_000,
  /** A lost path mends itself more often than not within this. */
  disconnected: 2_000,
  stall: 3_000,
  sample: 1_000,
};

/** A WHEP session resource on the server, as its 201 answer described it (draft-ietf-wish-whep §4, RFC 9725 §4.2). */
interface Resource {
  url: string;
  etag: string | null;
  answer: string;
}

/**
 * WhepPlayer plays one WHEP address in a video element and keeps it playing: it reconnects with backoff, restarts ICE when the network changes,
 * and says in words why there is no picture. It raises `state` when {@link state} or {@link reason} change and `stats` once a second.
 * `start` may be called again after `stop`.
 */
export class WhepPlayer extends EventTarget {
  readonly url: string;
  readonly video: HTMLVideoElement;
  state: PlayerState = 'idle';
  reason: Reason | null = null;
  stats: PlayerStats = {};
  /** Milliseconds from `start` to the first picture; null before it. */
  firstFrameMS: number | null = null;

  readonly #token: () => string | null;
  readonly #audio: boolean;
  #pc: RTCPeerConnection | null = null;
  #resource: Resource | null = null;
  #abort: AbortController | null = null;
  #ice: RTCIceServer[] = [];
  #attempt = 0;
  #startedAt = 0;
  #timers = new Set<ReturnType<typeof setTimeout>>();
  #pendingCandidates: string[] = [];
  /** Candidates of a new ICE generation wait until the server has answered for it: before that it would take them for the old one's. */
  #restarting = false;
  #flushing: ReturnType<typeof setTimeout> | null = null;
  #reading: Reading | null = null;
  #lastFrames = -1;
  #lastFrameAt = 0;
  #latencies = new Ring(60);
  #frameHandle = 0;
  #targetMS = 0;

  constructor(o: WhepOptions) {
    super();
    this.url = o.url;
    this.video = o.video;
    this.#token = o.token ?? (() => null);
    this.#audio = o.audio ?? true;
  }

  /** The stream's name, out of the address. */
  get stream(): string {
    const path = new URL(this.url, location.href).pathname.replace(/\/+$/, '');
    return decodeURIComponent(path.slice(path.lastIndexOf('/') + 1));
  }

  start(): void {
    if (this.state !== 'idle') return;
    this.#attempt = 0;
    this.firstFrameMS = null;
    addEventListener('pagehide', this.#onPageHide);
    addEventListener('pageshow', this.#onPageShow);
    addEventListener('online', this.#onOnline);
    this.#watchFrames();
    void this.#connect('connecting');
  }

  /** Ends the session on the server too. The last picture stays in the element until it is given another source. */
  stop(): void {
    removeEventListener('pagehide', this.#onPageHide);
    removeEventListener('pageshow', this.#onPageShow);
    removeEventListener('online', this.#onOnline);
    this.video.cancelVideoFrameCallback(this.#frameHandle);
    this.#teardown();
    this.stats = {};
    this.#set('idle', null);
  }

  /** Holds pictures back by at least this long, so that two players can be brought in step. 0 shows each picture at once. */
  set minimumDelayMS(ms: number) {
    this.#targetMS = ms;
    for (const r of this.#pc?.getReceivers() ?? []) aim(r, ms);
  }

  get minimumDelayMS(): number {
    return this.#targetMS;
  }

  #onPageHide = () => this.#teardown();
  #onPageShow = (e: PageTransitionEvent) => {
    if (e.persisted) void this.#connect('reconnecting');
  };
  #onOnline = () => {
    if (this.state === 'waiting' || this.state === 'reconnecting') void this.#connect('reconnecting');
  };

  #set(state: PlayerState, reason: Reason | null): void {
    if (this.state === state && this.reason?.title === reason?.title && this.reason?.hint === reason?.hint) return;
    this.state = state;
    this.reason = reason;
    this.dispatchEvent(new Event('state'));
  }

  #after(ms: number, f: () => void): void {
    const t = setTimeout(() => {
      this.#timers.delete(t);
      f();
    }, ms);
    this.#timers.add(t);
  }

  #headers(extra: Record<string, string> = {}): Record<string, string> {
    const token = this.#token();
    return token ? { ...extra, Authorization: `Bearer ${token}` } : extra;
  }

  #teardown(): void {
    for (const t of this.#timers) clearTimeout(t);
    this.#timers.clear();
    if (this.#flushing) clearTimeout(this.#flushing);
    this.#flushing = null;
    this.#pendingCandidates = [];
    this.#restarting = false;
    this.#abort?.abort();
    this.#abort = null;
    this.#pc?.close();
    this.#pc = null;
    this.#reading = null;
    this.#latencies.clear();
    if (this.#resource) this.#end(this.#resource);
    this.#resource = null;
  }

  /** Ends a session. Nobody waits for the answer: the server forgets a silent session by itself. keepalive lets the request outlive the page. */
  #end(resource: Resource): void {
    fetch(resource.url, { method: 'DELETE', keepalive: true, headers: this.#headers() }).catch(() => undefined);
  }

  /** Gives up this session and tries again later, unless the reason says that it is of no use. */
  #lost(reason: Reason): void {
    const had = this.firstFrameMS !== null;
    this.#teardown();
    if (!reason.retry) {
      this.#set('failed', reason);
      return;
    }
    this.#set(had ? 'reconnecting' : 'waiting', reason);
    this.#after(backoff(this.#attempt++), () => void this.#connect(this.state));
  }

  async #connect(as: PlayerState): Promise<void> {
    this.#teardown();
    this.#set(as, as === 'connecting' ? null : this.reason);
    this.#startedAt = performance.now();
    this.#lastFrames = -1;
    const abort = new AbortController();
    this.#abort = abort;
    const pc = new RTCPeerConnection({ bundlePolicy: 'max-bundle', iceServers: this.#ice });
    this.#pc = pc;
    const live = () => this.#pc === pc;

    const media = new MediaStream();
    pc.ontrack = (e) => {
      aim(e.receiver, this.#targetMS);
      media.addTrack(e.track);
      this.video.srcObject = media;
      this.video.play().catch(() => {
        // A browser that forbids sound without a click plays muted.
        this.video.muted = true;
        this.video.play().catch(() => undefined);
      });
    };
    pc.onicecandidate = (e) => {
      if (!live()) return;
      if (e.candidate?.candidate) this.#pendingCandidates.push(e.candidate.candidate);
      this.#flushSoon(e.candidate === null);
    };
    pc.onconnectionstatechange = () => live() && this.#onConnection(pc);

    pc.addTransceiver('video', { direction: 'recvonly' });
    if (this.#audio) pc.addTransceiver('audio', { direction: 'recvonly' });

    try {
      const offer = await pc.createOffer();
      if (!live()) return;
      const sdp = preferStereo(offer.sdp ?? '');
      await pc.setLocalDescription({ type: 'offer', sdp });
      // Not aborted with the attempt: a session that is made too late must be known, to be ended.
      const resp = await this.#request(null, this.url, {
        method: 'POST',
        headers: this.#headers({ 'Content-Type': 'application/sdp', Accept: 'application/sdp' }),
        body: sdp,
      });
      if (resp === null) return live() ? this.#lost(unreachable()) : undefined;
      if (resp.status !== 201) {
        const reason = refused(resp.status, this.stream, await problemOf(resp));
        return live() ? this.#lost(reason) : undefined;
      }
      const servers = iceServers(resp.headers.get('Link'));
      if (servers.length > 0 && this.#ice.length === 0) {
        // Known only now; used from the next gathering on, which is the next attempt if the direct path fails.
        this.#ice = servers;
      }
      const answer = await resp.text();
      const location = resp.headers.get('Location');
      const resource = { url: new URL(location ?? '', resp.url).href, etag: resp.headers.get('ETag'), answer };
      if (!live()) return location ? this.#end(resource) : undefined;
      if (location) this.#resource = resource;
      await pc.setRemoteDescription({ type: 'answer', sdp: answer });
      this.#flushSoon(false);
      this.#after(limits.path, () => {
        if (live() && pc.connectionState !== 'connected') this.#lost(noPath(endpoints(answer)));
      });
      this.#sample(pc);
    } catch (err) {
      if (live())
        this.#lost({ title: 'The answer of the server could not be used', hint: err instanceof Error ? err.message : String(err), retry: true });
    }
  }

  /** Like fetch, with the time limit of an answer; null when there was none. */
  async #request(abort: AbortController | null, url: string, init: RequestInit): Promise<Response | null> {
    const late = AbortSignal.timeout(limits.answer);
    try {
      return await fetch(url, { ...init, signal: abort ? AbortSignal.any([abort.signal, late]) : late });
    } catch {
      return null;
    }
  }

  #onConnection(pc: RTCPeerConnection): void {
    switch (pc.connectionState) {
      case 'connected':
        this.#lastFrameAt = performance.now();
        return;
      case 'disconnected':
        this.#after(limits.disconnected, () => {
          if (this.#pc === pc && pc.connectionState === 'disconnected') void this.#restart(pc);
        });
        return;
      case 'failed':
        if (this.#resource && this.firstFrameMS !== null) void this.#restart(pc);
        else this.#lost(noPath(endpoints(this.#resource?.answer ?? '')));
        return;
      case 'closed':
        // The server ended the session: it restarted, or a person ended it.
        this.#lost({ title: 'The server ended the session', retry: true });
    }
  }

  /** Collects candidates for a moment: browsers find several within milliseconds. */
  #flushSoon(done: boolean): void {
    if (this.#flushing) clearTimeout(this.#flushing);
    this.#flushing = setTimeout(() => void this.#flush(done), done ? 0 : 50);
  }

  async #flush(done: boolean): Promise<void> {
    const resource = this.#resource;
    const pc = this.#pc;
    const abort = this.#abort;
    if (this.#restarting || !resource || !resource.etag || !pc?.localDescription || !abort) return;
    if (this.#pendingCandidates.length === 0 && !done) return;
    const body = fragment(pc.localDescription.sdp, this.#pendingCandidates, done);
    this.#pendingCandidates = [];
    if (!body) return;
    // A server that takes no trickle answers 405 or 501; the path is then found by the browser's own checks.
    await this.#request(abort, resource.url, {
      method: 'PATCH',
      headers: this.#headers({ 'Content-Type': 'application/trickle-ice-sdpfrag', 'If-Match': resource.etag }),
      body,
    });
  }

  /** Restarts ICE on the session we have (RFC 9725 §4.3.3); if the server has forgotten it, begins a new one. */
  async #restart(pc: RTCPeerConnection): Promise<void> {
    const resource = this.#resource;
    const abort = this.#abort;
    const lost: Reason = { title: 'The connection was lost', hint: 'It is being built again.', retry: true };
    if (!resource || !abort) return this.#lost(lost);
    this.#set('reconnecting', lost);
    this.#restarting = true;
    this.#pendingCandidates = [];
    try {
      const offer = await pc.createOffer({ iceRestart: true });
      await pc.setLocalDescription(offer);
      const body = fragment(pc.localDescription?.sdp ?? '', [], false);
      const resp =
        body &&
        (await this.#request(abort, resource.url, {
          method: 'PATCH',
          headers: this.#headers({ 'Content-Type': 'application/trickle-ice-sdpfrag', 'If-Match': '*' }),
          body,
        }));
      if (this.#pc !== pc) return;
      const sdp = resp && resp.status === 200 ? restartAnswer(resource.answer, await resp.text()) : null;
      if (this.#pc !== pc) return;
      if (!sdp) return this.#lost(lost);
      resource.answer = sdp;
      resource.etag = (resp && resp.headers.get('ETag')) ?? resource.etag;
      this.#restarting = false;
      this.#flushSoon(false);
      await pc.setRemoteDescription({ type: 'answer', sdp });
      this.#after(limits.path, () => {
        if (this.#pc === pc && pc.connectionState !== 'connected') this.#lost(noPath(endpoints(sdp)));
      });
    } catch {
      if (this.#pc === pc) this.#lost(lost);
    }
  }

  /** Notes the latency of each picture that is shown. */
  #watchFrames(): void {
    const shown = (_now: number, m: VideoFrameCallbackMetadata) => {
      this.#frameHandle = this.video.requestVideoFrameCallback(shown);
      if (this.#pc === null) return;
      if (this.firstFrameMS === null) this.firstFrameMS = performance.now() - this.#startedAt;
      if (m.captureTime !== undefined) {
        const l = plausibleLatency(m.expectedDisplayTime - m.captureTime);
        if (l !== null) this.#latencies.push(l);
      }
      if (this.state !== 'playing') {
        this.#attempt = 0;
        this.#lastFrameAt = performance.now();
        this.#set('playing', null);
      }
    };
    this.#frameHandle = this.video.requestVideoFrameCallback(shown);
  }

  #sample(pc: RTCPeerConnection): void {
    this.#after(limits.sample, async () => {
      if (this.#pc !== pc) return;
      const reading = read((await pc.getStats()) as unknown as Iterable<[string, unknown]>);
      if (this.#pc !== pc) return;
      const stats = between(this.#reading, reading);
      this.#reading = reading;
      this.#addLatency(stats, reading);
      this.stats = stats;
      this.#watchStall(stats.framesDecoded ?? 0, pc);
      this.dispatchEvent(new Event('stats'));
      this.#sample(pc);
    });
  }

  #addLatency(stats: PlayerStats, reading: Reading): void {
    let capture = quantile(this.#latencies.values, 0.5);
    const playout = reading.video?.estimatedPlayoutTimestamp;
    if (capture === null && typeof playout === 'number' && playout > 0) capture = plausibleLatency(Date.now() - unixMillis(playout));
    if (capture !== null) {
      stats.latencyMS = capture;
      stats.latencyKind = 'capture';
    } else if (stats.jitterBufferMS !== undefined) {
      stats.latencyMS = (stats.rttMS ?? 0) / 2 + stats.jitterBufferMS + (stats.decodeMS ?? 0);
      stats.latencyKind = 'path';
    }
  }

  #watchStall(frames: number, pc: RTCPeerConnection): void {
    const now = performance.now();
    if (frames !== this.#lastFrames) {
      this.#lastFrames = frames;
      this.#lastFrameAt = now;
      // Pictures of a hidden page are decoded and not shown, so the frame callback alone cannot tell.
      if (frames > 0 && (this.state === 'stalled' || this.state === 'reconnecting')) this.#set('playing', null);
      return;
    }
    const quiet = now - this.#lastFrameAt;
    if (pc.connectionState === 'connected' && quiet >= limits.stall && this.state !== 'reconnecting')
      this.#set('stalled', silent(Math.floor(quiet / 1000)));
  }
}

/** Sets how long a receiver holds media back; the name differs among engines and is missing in some. */
function aim(receiver: RTCRtpReceiver, ms: number): void {
  if ('jitterBufferTarget' in receiver) receiver.jitterBufferTarget = ms;
  else if ('playoutDelayHint' in (receiver as object)) (receiver as { playoutDelayHint: number }).playoutDelayHint = ms / 1000;
}
