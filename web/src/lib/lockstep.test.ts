import { describe, expect, it } from 'vitest';
import { lockstep, saving } from './lockstep';

describe('lockstep', () => {
  it('brings two players together and then leaves them alone', () => {
    const bare = { a: 40, b: 190 };
    let holds = { a: 0, b: 0 };
    for (let i = 0; i < 20; i++) holds = lockstep(bare.a + holds.a, bare.b + holds.b, holds);
    expect(Math.abs(bare.a + holds.a - (bare.b + holds.b))).toBeLessThanOrEqual(15);
    expect(holds.b).toBe(0);
    expect(lockstep(bare.a + holds.a, bare.b + holds.b, holds)).toBe(holds);
  });

  it('lets go again when the other comes closer', () => expect(lockstep(190, 60, { a: 150, b: 0 })).toEqual({ a: 85, b: 0 }));
  it('holds the other when the order turns', () => expect(lockstep(300, 40, { a: 20, b: 0 })).toEqual({ a: 0, b: 110 }));
  it('never holds longer than a second', () => expect(lockstep(0, 9000, { a: 0, b: 0 })).toEqual({ a: 1000, b: 0 }));
});

describe('saving', () => {
  it('is the share of bits not sent', () => expect(saving(200, 130)).toBeCloseTo(0.35));
  it('is negative when more are sent', () => expect(saving(100, 110)).toBeCloseTo(-0.1));
  it('is unknown without bits', () => expect(saving(0, 10)).toBeNull());
});
