import { describe, expect, it } from 'vitest';
import { plausibleLatency, quantile, Ring, unixMillis } from './latency';

describe('unixMillis', () => {
  const t = Date.UTC(2026, 0, 1);
  it('takes the NTP epoch away', () => expect(unixMillis(t + 2_208_988_800_000)).toBe(t));
  it('leaves Unix time alone', () => expect(unixMillis(t)).toBe(t));
});

describe('plausibleLatency', () => {
  it.each([
    [45, 45],
    [0, 0],
    [-3, 0],
    [-21, null],
    [31_000, null],
    [Number.NaN, null],
  ])('%d becomes %s', (ms, want) => expect(plausibleLatency(ms)).toBe(want));
});

describe('quantile', () => {
  it('is null of nothing', () => expect(quantile([], 0.5)).toBeNull());
  it('takes the nearest rank', () => {
    const v = [5, 1, 4, 2, 3];
    expect([quantile(v, 0), quantile(v, 0.5), quantile(v, 0.95), quantile(v, 1)]).toEqual([1, 3, 5, 5]);
    expect(v).toEqual([5, 1, 4, 2, 3]);
  });
});

describe('Ring', () => {
  it('keeps the newest', () => {
    const r = new Ring(2);
    [1, 2, 3].forEach((v) => r.push(v));
    expect(r.values).toEqual([2, 3]);
  });
});
