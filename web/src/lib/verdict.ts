import type { Verdict } from './api';
import * as f from './format';

export function hasError(v: Verdict): boolean {
  return !v.reachable || v.problems.some((p) => p.severity === 'error');
}

/** What a probe found, as terms and values in reading order; only what is known. */
export function verdictFacts(v: Verdict): [string, string][] {
  const out: [string, string][] = [];
  const add = (term: string, value: string | undefined | false) => value && out.push([term, value]);
  for (const t of v.tracks) {
    if (t.kind === 'video') add('Video', [f.codec(t.codec), t.profile].filter(Boolean).join(' '));
    if (t.kind === 'video') add('Size', t.width ? f.size(t.width, t.height) : undefined);
    if (t.kind === 'audio') add('Sound', [f.codec(t.codec), t.sample_rate && `${t.sample_rate / 1000} kHz`].filter(Boolean).join(', '));
  }
  add('Frame rate', v.fps !== undefined && v.fps > 0 && `${f.fps(v.fps)} fps, measured`);
  add('Bit rate', v.bitrate_bps !== undefined && v.bitrate_bps > 0 && f.bitrate(v.bitrate_bps));
  add('Key frame every', v.idr_interval_s !== undefined && v.idr_interval_s > 0 && `${Math.round(v.idr_interval_s * 10) / 10} s`);
  add('B-frames', v.b_frames === undefined ? undefined : v.b_frames ? 'yes' : 'no');
  add('Transport', v.transport?.toUpperCase());
  add('Sign-in', v.auth);
  add('Packets lost', v.loss !== undefined && f.percent(v.loss));
  add('Clock drift', v.clock_drift_ppm !== undefined && `${Math.round(v.clock_drift_ppm)} ppm`);
  add('Server', v.server);
  return out;
}
