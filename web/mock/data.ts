import type { Camera, Doctor, Profile, Session, Stream, Verdict, Version } from '../src/lib/api';
import type { PlanMessage } from '../src/lib/regions';

const ago = (s: number) => new Date(Date.now() - s * 1000).toISOString();

export const version: Version = { version: '0.1.0', revision: '3f2c1ab', go: 'go1.26', ffmpeg: '5.1.6', rtsp_port: 8554 };

function camera(name: string, over: Partial<Stream> = {}, width = 1280, height = 720, fps = 30): Stream {
  return {
    name,
    source: {
      url: `rtsp://operator:***@192.0.2.${10 + name.length}:554/stream1`,
      type: 'rtsp',
      state: 'live',
      since: ago(4000),
      peer: '192.0.2.10:554',
    },
    tracks: [
      { id: '0', kind: 'video', codec: 'h264', profile: 'Main', width, height, fps, clock_rate: 90000 },
      { id: '1', kind: 'audio', codec: 'opus', sample_rate: 48000, channels: 2, clock_rate: 48000 },
    ],
    renditions: [
      { name: 'source', kind: 'source', state: 'live', codec: 'h264', width, height, fps, bitrate_bps: 2.4e6, viewers: 2, roi: false },
      {
        name: 'roi',
        kind: 'transcode',
        state: 'live',
        codec: 'h264',
        width,
        height,
        fps,
        bitrate_bps: 0.9e6,
        viewers: 1,
        roi: true,
        encoder: 'libx264',
        saving: { against: 'uniform', ratio: 0.36, window_s: 30 },
      },
      { name: 'uniform', kind: 'transcode', state: 'off', codec: 'h264', width, height, fps, viewers: 0, roi: false, encoder: 'libx264' },
    ],
    viewers: 3,
    bitrate_bps: 2.4e6,
    fps,
    origin: 'config',
    ...over,
  };
}

export function streams(): Stream[] {
  return [
    camera('gate-north'),
    camera('junction'),
    camera('plaza', {}, 768, 576, 10),
    camera('loading-dock', {
      source: {
        url: 'rtsp://operator:***@192.0.2.31:554/live',
        type: 'rtsp',
        state: 'failed',
        since: ago(120),
        attempts: 2,
        error: 'the camera refuses the password',
        hint: 'correct source.url of loading-dock; tries stopped after two so that the account is not locked',
      },
      fps: 0,
      bitrate_bps: 0,
      viewers: 0,
    }),
    camera('parking', { origin: 'api' }, 1920, 1080, 25),
    camera('roof-east', {
      source: {
        url: 'rtsps://192.0.2.44:322/h265',
        type: 'rtsp',
        state: 'retrying',
        since: ago(14),
        attempts: 3,
        error: 'dial tcp 192.0.2.44:322: no route to host',
        hint: 'check that the camera has power and that 192.0.2.44 is its address',
      },
      fps: 0,
      bitrate_bps: 0,
      viewers: 0,
    }),
    camera('obs-studio', { source: { type: 'publish', state: 'idle' }, origin: 'publisher', tracks: [], fps: 0, bitrate_bps: 0, viewers: 0 }),
  ];
}

export function sessions(): Session[] {
  const base = { packets_lost: 3, nacks: 2, plis: 1, packets_sent: 81_223 };
  const t = Date.now() / 1000;
  return [
    {
      ...base,
      id: 'k3v9',
      kind: 'whep',
      stream: 'gate-north',
      rendition: 'roi',
      peer: '192.0.2.77:50112',
      since: ago(830),
      codec: 'h264',
      bytes_sent: Math.round((t % 1e6) * 112_500),
      rtt_ms: 4.1,
      state: 'connected',
    },
    {
      ...base,
      id: 'm2x8',
      kind: 'whep',
      stream: 'junction',
      rendition: 'source',
      peer: '[2001:db8::12]:61023',
      since: ago(61),
      codec: 'h264',
      bytes_sent: Math.round((t % 1e6) * 300_000),
      rtt_ms: 21.7,
      state: 'connected',
    },
    {
      ...base,
      id: 'w7aa',
      kind: 'whip',
      stream: 'obs-studio',
      peer: '192.0.2.80:49152',
      since: ago(12),
      codec: 'h264',
      bytes_sent: 0,
      state: 'connecting',
    },
    {
      ...base,
      id: 'r1p0',
      kind: 'rtsp-play',
      stream: 'plaza',
      rendition: 'source',
      peer: '192.0.2.90:33210',
      since: ago(90_000),
      codec: 'h264',
      bytes_sent: 88_123_456_789,
      packets_lost: 0,
      nacks: 0,
      plis: 0,
      state: 'playing',
    },
  ];
}

const works = { works: true, live_bitrate: true, force_idr: true, delay_frames: 0 };
const broken = { works: false, roi: false, roi_gain_db: 0, live_bitrate: false, force_idr: false, delay_frames: 0 };

export const doctor: Doctor = {
  encoders: [
    { encoder: 'libx264', codec: 'h264', ...works, roi: true, roi_gain_db: 6.2, ms_per_frame_720p: 4.4 },
    {
      encoder: 'h264_nvenc',
      codec: 'h264',
      device: 'nvenc',
      ...broken,
      reason: 'cannot load libcuda.so.1',
      hint: 'install the NVIDIA driver, or ignore this on a machine without a GPU',
    },
    {
      encoder: 'h264_vaapi',
      codec: 'h264',
      device: 'vaapi',
      ...broken,
      reason: 'no /dev/dri/renderD128',
      hint: 'give the process access to the render device',
    },
    { encoder: 'libvpx', codec: 'vp8', ...works, roi: true, roi_gain_db: 4.8, ms_per_frame_720p: 9.1 },
    { encoder: 'libsvtav1', codec: 'av1', ...works, delay_frames: 3, live_bitrate: false, roi: false, roi_gain_db: 0, ms_per_frame_720p: 14.6 },
  ],
  checks: [
    { name: 'FFmpeg libraries', ok: true, detail: '5.1.6' },
    { name: 'WebRTC UDP port 8189', ok: true, detail: 'free and bound on all addresses' },
    { name: 'UDP receive buffer', ok: false, detail: '208 KiB', hint: 'sysctl -w net.core.rmem_max=4194304 keeps bursts of many cameras' },
    { name: 'Clock', ok: true, detail: 'synchronised, offset 0.4 ms' },
  ],
};

export const discovered: Camera[] = [
  { name: 'AXIS M3106', hardware: 'M3106-LVE', location: 'entrance', address: '192.0.2.61', xaddrs: ['http://192.0.2.61/onvif/device_service'] },
  { name: 'Dahua IPC-HFW2431', hardware: 'IPC-HFW2431S', address: '192.0.2.62', xaddrs: ['http://192.0.2.62/onvif/device_service'] },
];

export const profiles: Profile[] = [
  { token: 'p1', name: 'main', codec: 'h264', width: 1920, height: 1080, fps: 25, uri: 'rtsp://192.0.2.61/axis-media/media.amp' },
  { token: 'p2', name: 'sub', codec: 'h264', width: 640, height: 360, fps: 15, uri: 'rtsp://192.0.2.61/axis-media/media.amp?profile=sub' },
];

export function probe(url: string): Verdict {
  const nothing = { verdict: 'fail' as const, auth: 'unknown', duration_s: 0, loss: 0, tracks: [] };
  if (url.includes('wrong'))
    return {
      ...nothing,
      reachable: true,
      peer: '192.0.2.61:554',
      problems: [
        {
          code: 'not-found',
          severity: 'fail',
          message: 'the camera has no stream at this path (404)',
          remedy: 'look the path up in the manual of the camera, or discover it by ONVIF',
        },
      ],
    };
  return {
    verdict: 'warn',
    reachable: true,
    auth: 'ok',
    transport: 'udp',
    peer: '192.0.2.61:554',
    duration_s: 5,
    loss: 0.0004,
    tracks: [
      {
        id: '0',
        kind: 'video',
        codec: 'h264',
        profile: 'High',
        width: 1920,
        height: 1080,
        fps: 24.98,
        bitrate_bps: 4.1e6,
        idr_interval_s: 8,
        b_frames: false,
        clock_drift_ppm: 12,
        clock_offset_ms: -40,
      },
      { id: '1', kind: 'audio', codec: 'aac', sample_rate: 16000, channels: 1, bitrate_bps: 32_000, b_frames: false, clock_drift_ppm: 12 },
    ],
    problems: [
      {
        code: 'idr-interval',
        severity: 'warn',
        message: 'a key frame comes only every 8 s: a new viewer may wait that long',
        remedy: 'set the I-frame interval of the camera to 2 s (50 frames)',
      },
    ],
  };
}

/** A plan that favours two things that walk about. */
export function plan(now: number): PlanMessage {
  const [width, height, block] = [1280, 720, 16];
  const cols = width / block;
  const rows = height / block;
  const objects = [0, 1, 2].map((i) => {
    const t = now / 6000 + i * 2.1;
    return {
      x: Math.round(560 + 420 * Math.sin(t)),
      y: Math.round(330 + 120 * Math.cos(t * 0.7)),
      w: i === 1 ? 150 : 60,
      h: i === 1 ? 84 : 120,
      class: i === 1 ? 'car' : 'person',
      score: 0.9 - i * 0.1,
      id: i + 1,
    };
  });
  let bytes = '';
  for (let r = 0; r < rows; r++) {
    for (let c = 0; c < cols; c++) {
      const near = Math.min(...objects.map((o) => Math.hypot((c * block - o.x - o.w / 2) / o.w, (r * block - o.y - o.h / 2) / o.h)));
      bytes += String.fromCharCode(Math.round(Math.min(5, -6 + near * 5)) & 0xff);
    }
  }
  return { pts: now * 90, width, height, block, cols, rows, offsets: Buffer.from(bytes, 'latin1').toString('base64'), objects };
}
