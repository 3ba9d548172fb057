import { describe, expect, it } from 'vitest';
import { autoFit, fixedFit, step } from './grid';

describe('autoFit', () => {
  it.each([
    ['one camera fills the wall', 1, 1200, 800, 1],
    ['two stand side by side on a wide screen', 2, 1600, 700, 2],
    ['two stand above each other on a tall one', 2, 700, 1000, 1],
    ['four make a square', 4, 1600, 900, 2],
    ['five to six make three columns', 5, 1600, 900, 3],
    ['nine make a square', 9, 1600, 900, 3],
    ['a phone shows one column', 6, 380, 700, 1],
    ['too many to fit scroll at the narrowest width', 200, 1090, 800, 4],
  ])('%s', (_name, count, w, h, want) => expect(autoFit(count, w, h).cols).toBe(want));

  it('gives a phone tiles of its whole width', () => expect(autoFit(6, 370, 600)).toEqual({ cols: 1, tile: 370 }));
  it('never lets a fitting wall scroll', () => {
    for (let n = 1; n <= 12; n++) {
      const { cols, tile } = autoFit(n, 1600, 900);
      const rows = Math.ceil(n / cols);
      expect(((tile * 9) / 16) * rows + 10 * (rows - 1)).toBeLessThanOrEqual(900);
    }
  });
  it('survives a wall without size or cameras', () => expect(autoFit(0, 0, 0).tile).toBe(0));
});

describe('fixedFit', () => {
  it('makes a square', () => expect([1, 4, 9].map((n) => fixedFit(n as 1 | 4 | 9, n, 1600, 900).cols)).toEqual([1, 2, 3]));
  it('keeps the size of tiles when a page is not full', () => expect(fixedFit(9, 2, 1600, 900).tile).toBe(fixedFit(9, 9, 1600, 900).tile));
  it('yields on a phone', () => expect(fixedFit(9, 9, 370, 600)).toEqual({ cols: 2, tile: 180 }));
});

describe('step', () => {
  it.each([
    ['ArrowRight', 0, 1],
    ['ArrowRight', 4, 4],
    ['ArrowDown', 1, 4],
    ['ArrowDown', 2, 2],
    ['ArrowUp', 4, 1],
    ['ArrowUp', 1, 1],
    ['ArrowLeft', 0, 0],
    ['End', 1, 4],
    ['Home', 3, 0],
    ['ArrowDown', -1, 0],
  ])('%s from %d leads to %d', (key, at, want) => expect(step(at, key, 5, 3)).toBe(want));
  it('has nowhere to go without tiles', () => expect(step(-1, 'ArrowDown', 0, 3)).toBe(-1));
});
