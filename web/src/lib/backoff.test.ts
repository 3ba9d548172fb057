import { describe, expect, it } from 'vitest';
import { backoff } from './backoff';

describe('backoff', () => {
  const bounds = { first: 500, max: 10_000 };

  it('doubles up to its bound', () => {
    const middle = () => 0.5;
    expect([0, 1, 2, 3, 4, 5, 99].map((n) => backoff(n, bounds, middle))).toEqual([500, 1000, 2000, 4000, 8000, 10_000, 10_000]);
  });

  it('spreads by a quarter either way', () => {
    expect(backoff(0, bounds, () => 0)).toBe(375);
    expect(backoff(0, bounds, () => 0.999999)).toBe(625);
  });
});
