import type { Verdict } from './api';
import * as f from './format';

/** Drift below this is what any quartz has, and of no consequence. Parts per million. */
const usualDrift = 100;

/** What a probe found, as terms and values in reading order; only what is known. */
export function verdictFacts(v: Verdict): [string, string][] {
  const out: [string, string][] = [];
  const add = (term: string, value: string | undefined | false) => value && out.push([term, value]);
  for (const t of v.tracks ?? []) {
    if (t.kind === 'video') {
      add('Video', [f.codec(t.codec), t.profile].filter(Boolean).join(' '));
      add('Size', !!t.width && f.size(t.width, t.height));
      add('Frame rate', !!t.fps && `${f.fps(t.fps)} fps, measured`);
      add('Bit rate', t.bitrate_bps > 0 && f.bitrate(t.bitrate_bps));
      add('Key frame every', !!t.idr_interval_s && `${Math.round(t.idr_interval_s * 10) / 10} s`);
      add('B-frames', t.b_frames ? 'yes' : 'no');
      add('Clock drift', Math.abs(t.clock_drift_ppm) >= usualDrift && `${Math.round(t.clock_drift_ppm)} ppm`);
      add('Camera’s clock', t.clock_offset_ms !== undefined && offset(t.clock_offset_ms));
    } else {
      add(
        'Sound',
        [f.codec(t.codec), t.sample_rate && `${t.sample_rate / 1000} kHz`, t.channels === 1 ? 'mono' : t.channels === 2 && 'stereo']
          .filter(Boolean)
          .join(', '),
      );
    }
  }
  if (!v.reachable) return out;
  add('Transport', v.transport?.toUpperCase());
  add('Packets lost', (v.tracks ?? []).length > 0 && f.percent(v.loss));
  add('Address', v.peer);
  return out;
}

function offset(ms: number): string {
  if (Math.abs(ms) < 50) return 'right';
  return `${f.millis(Math.abs(ms))} ${ms > 0 ? 'ahead' : 'behind'}`;
}
