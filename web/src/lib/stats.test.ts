import { describe, expect, it } from 'vitest';
import { between, read } from './stats';

const report = (at: number, over: Record<string, unknown> = {}): [string, unknown][] => [
  [
    'V',
    {
      type: 'inbound-rtp',
      kind: 'video',
      timestamp: at,
      codecId: 'C',
      bytesReceived: 0,
      packetsReceived: 0,
      packetsLost: 0,
      framesDecoded: 0,
      jitterBufferDelay: 0,
      jitterBufferEmittedCount: 0,
      totalDecodeTime: 0,
      frameWidth: 1280,
      frameHeight: 720,
      ...over,
    },
  ],
  ['C', { type: 'codec', mimeType: 'video/H264' }],
  ['T', { type: 'transport', selectedCandidatePairId: 'P' }],
  ['P', { type: 'candidate-pair', currentRoundTripTime: 0.004, localCandidateId: 'L' }],
  ['L', { type: 'local-candidate', protocol: 'udp' }],
];

describe('between', () => {
  const first = read(report(1000));

  it('turns counters into rates', () => {
    const s = between(
      first,
      read(
        report(2000, {
          bytesReceived: 250_000,
          packetsReceived: 198,
          packetsLost: 2,
          framesDecoded: 30,
          jitterBufferDelay: 0.6,
          jitterBufferEmittedCount: 30,
          totalDecodeTime: 0.09,
        }),
      ),
    );
    expect(s).toMatchObject({
      codec: 'H264',
      width: 1280,
      height: 720,
      fps: 30,
      bitrateBPS: 2_000_000,
      jitterBufferMS: 20,
      lossRatio: 0.01,
      rttMS: 4,
      protocol: 'udp',
    });
    expect(s.decodeMS).toBeCloseTo(3);
  });

  it('knows no rates from one reading', () => {
    const s = between(null, first);
    expect(s.fps).toBeUndefined();
    expect(s.bitrateBPS).toBeUndefined();
    expect(s.width).toBe(1280);
  });

  it('does not report nonsense when counters begin anew', () => {
    const s = between(read(report(1000, { framesDecoded: 500, bytesReceived: 9e6 })), read(report(2000, { framesDecoded: 3, bytesReceived: 100 })));
    expect(s.fps).toBeUndefined();
    expect(s.bitrateBPS).toBeUndefined();
  });

  it('is empty for an empty report', () => expect(between(null, read([])).fps).toBeUndefined());
});
