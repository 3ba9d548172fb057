import { describe, expect, it } from 'vitest';
import { contain, heat, parsePlan, summary } from './regions';

const message = (over: object = {}) =>
  JSON.stringify({
    pts: 90_000,
    width: 32,
    height: 32,
    block: 16,
    cols: 2,
    rows: 2,
    offsets: btoa('\xfa\x00\x04\x7f'),
    objects: [{ x: 1, y: 2, w: 3, h: 4 }],
    ...over,
  });

describe('parsePlan', () => {
  it('reads signed offsets', () => expect([...(parsePlan(message())?.offsets ?? [])]).toEqual([-6, 0, 4, 127]));
  it('takes a plan without offsets', () => expect(parsePlan(message({ offsets: '' }))?.offsets).toHaveLength(0));
  it('takes null for no objects', () => expect(parsePlan(message({ objects: null }))?.objects).toEqual([]));
  it.each([
    ['text that is no JSON', '{'],
    ['null', 'null'],
    ['offsets of another number than blocks', message({ rows: 3 })],
    ['offsets that are no base64', message({ offsets: '*' })],
    ['a picture without size', message({ width: 0 })],
    ['more blocks than any picture has', message({ cols: 1e6, rows: 1e6 })],
  ])('refuses %s', (_name, text) => expect(parsePlan(text)).toBeNull());
});

describe('contain', () => {
  it('puts bars left and right of a narrow picture', () => expect(contain(1600, 900, 4, 3)).toEqual({ x: 200, y: 0, w: 1200, h: 900 }));
  it('puts bars above and below a wide one', () => expect(contain(400, 400, 16, 9)).toEqual({ x: 0, y: 87.5, w: 400, h: 225 }));
  it('takes the whole box for an unknown picture', () => expect(contain(4, 3, 0, 0)).toEqual({ x: 0, y: 0, w: 4, h: 3 }));
});

describe('heat', () => {
  it('is clear at zero', () => expect(heat(0)[3]).toBe(0));
  it('is warm for more bits and cool for fewer', () => {
    expect(heat(-6)[0]).toBeGreaterThan(heat(-6)[2]);
    expect(heat(6)[2]).toBeGreaterThan(heat(6)[0]);
  });
});

describe('summary', () => {
  it('tells the favoured share and the range', () => {
    const p = parsePlan(message());
    expect(p && summary(p)).toEqual({ favoured: 0.25, min: -6, max: 127 });
  });
});
