/** How a latency was found: by the camera's clock carried in sender reports, or only from the network path and the buffers. */
export type LatencyKind = 'capture' | 'path';

/** What a player measured over the last second. Absent values are unknown, not zero. */
export interface PlayerStats {
  codec?: string;
  width?: number;
  height?: number;
  fps?: number;
  bitrateBPS?: number;
  audioCodec?: string;
  audioBitrateBPS?: number;
  /** Mean time a picture waited in the jitter buffer, ms. */
  jitterBufferMS?: number;
  /** RTP interarrival jitter, ms. */
  jitterMS?: number;
  decodeMS?: number;
  /** Round trip to the server, ms. */
  rttMS?: number;
  packetsLost?: number;
  /** Packets lost in the last second, 0–1 of those expected. */
  lossRatio?: number;
  framesDecoded?: number;
  framesDropped?: number;
  freezes?: number;
  nacks?: number;
  plis?: number;
  protocol?: string;
  latencyMS?: number;
  latencyKind?: LatencyKind;
}

type Entry = Record<string, unknown>;

/** A reading of the counters; two of them make a {@link PlayerStats}. */
export interface Reading {
  video?: Entry;
  audio?: Entry;
  videoCodec?: string;
  audioCodec?: string;
  pair?: Entry;
  protocol?: string;
}

const num = (e: Entry | undefined, key: string): number | undefined => {
  const v = e?.[key];
  return typeof v === 'number' && Number.isFinite(v) ? v : undefined;
};

const str = (e: Entry | undefined, key: string): string | undefined => {
  const v = e?.[key];
  return typeof v === 'string' ? v : undefined;
};

/** Picks what we use out of a getStats report. */
export function read(report: Iterable<[string, unknown]>): Reading {
  const all = new Map<string, Entry>();
  for (const [id, v] of report) all.set(id, v as Entry);
  const r: Reading = {};
  for (const e of all.values()) {
    if (e.type === 'inbound-rtp' && e.kind === 'video') r.video = e;
    if (e.type === 'inbound-rtp' && e.kind === 'audio') r.audio = e;
    if (e.type === 'transport') r.pair = all.get(str(e, 'selectedCandidatePairId') ?? '') ?? r.pair;
  }
  const codec = (e: Entry | undefined) => str(all.get(str(e, 'codecId') ?? ''), 'mimeType')?.replace(/^\w+\//, '');
  r.videoCodec = codec(r.video);
  r.audioCodec = codec(r.audio);
  const local = all.get(str(r.pair, 'localCandidateId') ?? '');
  r.protocol = str(local, 'relayProtocol') ?? str(local, 'protocol');
  return r;
}

/** The increase of a counter; undefined when unknown or when it began anew. */
function delta(now: Entry | undefined, before: Entry | undefined, key: string): number | undefined {
  const a = num(now, key);
  const b = num(before, key);
  return a === undefined || b === undefined || a < b ? undefined : a - b;
}

const ratio = (a: number | undefined, b: number | undefined) => (a === undefined || b === undefined || b <= 0 ? undefined : a / b);
const times = (a: number | undefined, k: number) => (a === undefined ? undefined : a * k);

function bitrate(now: Entry | undefined, before: Entry | undefined): number | undefined {
  const ms = delta(now, before, 'timestamp');
  return times(ratio(delta(now, before, 'bytesReceived'), ms), 8000);
}

/** What happened between two readings. */
export function between(before: Reading | null, now: Reading): PlayerStats {
  const v = now.video;
  const b = before?.video;
  const lost = delta(v, b, 'packetsLost');
  const received = delta(v, b, 'packetsReceived');
  const expected = lost === undefined || received === undefined ? undefined : lost + received;
  return {
    codec: now.videoCodec,
    width: num(v, 'frameWidth'),
    height: num(v, 'frameHeight'),
    fps: times(ratio(delta(v, b, 'framesDecoded'), delta(v, b, 'timestamp')), 1000),
    bitrateBPS: bitrate(v, b),
    audioCodec: now.audioCodec,
    audioBitrateBPS: bitrate(now.audio, before?.audio),
    jitterBufferMS: times(ratio(delta(v, b, 'jitterBufferDelay'), delta(v, b, 'jitterBufferEmittedCount')), 1000),
    jitterMS: times(num(v, 'jitter'), 1000),
    decodeMS: times(ratio(delta(v, b, 'totalDecodeTime'), delta(v, b, 'framesDecoded')), 1000),
    rttMS: times(num(now.pair, 'currentRoundTripTime'), 1000),
    packetsLost: num(v, 'packetsLost'),
    lossRatio: ratio(lost, expected),
    framesDecoded: num(v, 'framesDecoded'),
    framesDropped: num(v, 'framesDropped'),
    freezes: num(v, 'freezeCount'),
    nacks: num(v, 'nackCount'),
    plis: num(v, 'pliCount'),
    protocol: now.protocol,
  };
}
