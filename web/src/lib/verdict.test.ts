import { describe, expect, it } from 'vitest';
import type { Verdict } from './api';
import { verdictFacts } from './verdict';

const verdict = (over: Partial<Verdict> = {}): Verdict => ({
  verdict: 'ok',
  reachable: true,
  auth: 'ok',
  transport: 'tcp',
  duration_s: 5,
  loss: 0,
  tracks: [
    {
      id: '0',
      kind: 'video',
      codec: 'h264',
      profile: 'High',
      width: 1280,
      height: 720,
      fps: 24.98,
      bitrate_bps: 4.1e6,
      idr_interval_s: 2.04,
      b_frames: false,
      clock_drift_ppm: 12,
      clock_offset_ms: -1500,
    },
  ],
  problems: [],
  ...over,
});

describe('verdictFacts', () => {
  it('tells what was measured, in reading order', () => {
    expect(verdictFacts(verdict())).toEqual([
      ['Video', 'H.264 High'],
      ['Size', '1280×720'],
      ['Frame rate', '25 fps, measured'],
      ['Bit rate', '4.1 Mbit/s'],
      ['Key frame every', '2 s'],
      ['B-frames', 'no'],
      ['Camera’s clock', '1.5 s behind'],
      ['Transport', 'TCP'],
      ['Packets lost', '0 %'],
    ]);
  });

  it('has nothing to tell of a camera that did not answer', () => expect(verdictFacts(verdict({ reachable: false, tracks: null }))).toEqual([]));
});
