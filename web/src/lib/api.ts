import { problemOf, type Problem } from './reason';
import { sentence } from './sentence';
import { EventParser, type ServerEvent } from './sse';
import { token } from './token';

export type SourceState = 'idle' | 'connecting' | 'live' | 'stalled' | 'retrying' | 'failed' | 'ended';

export interface Source {
  /** With secrets masked. */
  url?: string;
  type: 'rtsp' | 'whip' | 'file' | 'synth' | 'publish';
  state: SourceState;
  since?: string;
  error?: string;
  hint?: string;
  attempts?: number;
  next_try?: string;
  peer?: string;
}

export interface Track {
  id: string;
  kind: 'video' | 'audio';
  codec: string;
  profile?: string;
  width?: number;
  height?: number;
  fps?: number;
  sample_rate?: number;
  channels?: number;
  clock_rate: number;
}

export interface Rendition {
  name: string;
  kind: 'source' | 'transcode';
  state: 'off' | 'starting' | 'live' | 'failed';
  codec?: string;
  width?: number;
  height?: number;
  fps?: number;
  bitrate_bps?: number;
  viewers?: number;
  roi?: boolean;
  encoder?: string;
  saving?: { against: string; ratio: number; window_s: number };
  error?: string;
  hint?: string;
}

export interface Stream {
  name: string;
  source: Source;
  tracks: Track[];
  renditions: Rendition[];
  viewers: number;
  bitrate_bps?: number;
  fps?: number;
  origin: 'config' | 'api' | 'publisher';
}

export interface Session {
  id: string;
  kind: 'whep' | 'whip' | 'rtsp-play' | 'rtsp-publish';
  stream: string;
  rendition?: string;
  peer: string;
  since: string;
  codec?: string;
  bytes_sent: number;
  packets_sent: number;
  packets_lost: number;
  nacks: number;
  plis: number;
  rtt_ms?: number;
  state: string;
}

export interface Version {
  version: string;
  revision?: string;
  go?: string;
  ffmpeg?: string;
  /** The port of the RTSP server; absent when it is off. */
  rtsp_port?: number;
}

/** One thing that the doctor looked at. */
export interface Check {
  name: string;
  ok: boolean;
  detail: string;
  hint?: string;
}

/** What a short encode showed of an encoder. */
export interface EncoderProbe {
  encoder: string;
  codec: string;
  device?: string;
  works: boolean;
  reason?: string;
  hint?: string;
  /** Whether regions move bits, and by how much quality (dB of PSNR). */
  roi: boolean;
  roi_gain_db: number;
  live_bitrate: boolean;
  force_idr: boolean;
  delay_frames: number;
  ms_per_frame_720p?: number;
}

export interface Doctor {
  encoders: EncoderProbe[];
  checks: Check[];
}

export type Rating = 'ok' | 'warn' | 'fail';

/** What a probe measured of one track. */
export interface ProbedTrack {
  id: string;
  kind: 'video' | 'audio';
  codec: string;
  profile?: string;
  width?: number;
  height?: number;
  fps?: number;
  bitrate_bps: number;
  idr_interval_s?: number;
  b_frames: boolean;
  sample_rate?: number;
  channels?: number;
  clock_drift_ppm: number;
  clock_offset_ms?: number;
}

export interface VerdictProblem {
  code: string;
  severity: Rating;
  message: string;
  remedy: string;
}

export interface Verdict {
  verdict: Rating;
  reachable: boolean;
  auth: string;
  transport?: string;
  peer?: string;
  duration_s: number;
  loss: number;
  tracks: ProbedTrack[] | null;
  problems: VerdictProblem[] | null;
}

export interface Camera {
  name: string;
  hardware?: string;
  location?: string;
  address: string;
  xaddrs: string[];
}

export interface Profile {
  token: string;
  name: string;
  codec?: string;
  width?: number;
  height?: number;
  fps?: number;
  uri: string;
}

export interface NewStream {
  name: string;
  source: { url: string; transport?: string; on_demand?: boolean };
}

/** An answer of the server that is not a success, or none at all (`status` 0). The message is made for people. */
export class ApiError extends Error {
  readonly status: number;
  readonly hint: string | undefined;

  constructor(status: number, problem: Problem) {
    const said = problem.detail ?? problem.title ?? (status === 0 ? 'The server does not answer' : `The server answered ${status}`);
    super(sentence(said));
    this.status = status;
    this.hint = problem.hint ? sentence(problem.hint) : status === 0 ? 'Check that Vantage is running.' : undefined;
  }
}

function headers(json: boolean): Headers {
  const h = new Headers({ Accept: 'application/json' });
  if (json) h.set('Content-Type', 'application/json');
  const t = token();
  if (t) h.set('Authorization', `Bearer ${t}`);
  return h;
}

async function call<T>(method: string, path: string, body?: unknown, signal?: AbortSignal): Promise<T> {
  let resp: Response;
  try {
    resp = await fetch(path, { method, headers: headers(body !== undefined), body: body === undefined ? undefined : JSON.stringify(body), signal });
  } catch (err) {
    if (signal?.aborted) throw err;
    throw new ApiError(0, {});
  }
  if (!resp.ok) throw new ApiError(resp.status, await problemOf(resp));
  return (resp.status === 204 ? undefined : await resp.json()) as T;
}

const seg = encodeURIComponent;

/** Go writes an empty list as null unless told otherwise; the console never has to ask. */
const list = <T>(v: T[] | null | undefined): T[] => v ?? [];

export function fullStream(s: Stream): Stream {
  return { ...s, tracks: list(s.tracks), renditions: list(s.renditions) };
}

export const api = {
  version: () => call<Version>('GET', '/v1/version'),
  doctor: (signal?: AbortSignal) => call<Doctor>('GET', '/v1/doctor', undefined, signal),
  streams: async () => list((await call<{ streams: Stream[] | null }>('GET', '/v1/streams')).streams).map(fullStream),
  stream: async (name: string) => fullStream(await call<Stream>('GET', `/v1/streams/${seg(name)}`)),
  addStream: (s: NewStream) => call<Stream>('POST', '/v1/streams', s),
  removeStream: (name: string) => call<void>('DELETE', `/v1/streams/${seg(name)}`),
  sessions: async () => list((await call<{ sessions: Session[] | null }>('GET', '/v1/sessions')).sessions),
  endSession: (id: string) => call<void>('DELETE', `/v1/sessions/${seg(id)}`),
  probe: async (url: string, transport: string | undefined, signal?: AbortSignal) => {
    const v = await call<Verdict>('POST', '/v1/probe', { url, ...(transport ? { transport } : {}) }, signal);
    return { ...v, tracks: list(v.tracks), problems: list(v.problems) };
  },
  discover: async (signal?: AbortSignal) => list((await call<{ cameras: Camera[] | null }>('POST', '/v1/discover', {}, signal)).cameras),
  profiles: async (xaddr: string, username: string, password: string, signal?: AbortSignal) =>
    list((await call<{ profiles: Profile[] | null }>('POST', '/v1/discover/profiles', { xaddr, username, password }, signal)).profiles),
  /** Whether a health address answers with success. */
  healthy: async (path: '/healthz' | '/readyz') => {
    try {
      return (await fetch(path)).ok;
    } catch {
      return false;
    }
  },
};

export function whepURL(stream: string, rendition?: string): string {
  return `/whep/${seg(stream)}${rendition ? `?rendition=${seg(rendition)}` : ''}`;
}

/**
 * Follows an event stream until aborted, and connects again a second after it breaks. Unlike EventSource this can send a token. `onOpen` tells
 * of each time it stands, `onDown` of each time it breaks, with the status of the answer (0 when there was none).
 */
export async function follow(
  path: string,
  signal: AbortSignal,
  onEvent: (e: ServerEvent) => void,
  onOpen?: () => void,
  onDown?: (status: number) => void,
): Promise<void> {
  while (!signal.aborted) {
    let status = 0;
    try {
      const h = headers(false);
      h.set('Accept', 'text/event-stream');
      const resp = await fetch(path, { headers: h, signal });
      status = resp.status;
      if (resp.ok && resp.body) {
        onOpen?.();
        const parser = new EventParser();
        for await (const text of resp.body.pipeThrough(new TextDecoderStream())) parser.push(text).forEach(onEvent);
      }
    } catch {
      // Broken or aborted; the loop decides which.
    }
    if (signal.aborted) return;
    onDown?.(status);
    await new Promise((done) => setTimeout(done, 1000));
  }
}
