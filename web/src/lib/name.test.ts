import { describe, expect, it } from 'vitest';
import { nameProblem, suggestName, withCredentials } from './name';

describe('suggestName', () => {
  it.each([
    ['rtsp://127.0.0.1:8554/gate', [], 'gate'],
    ['rtsp://192.0.2.7/Streaming/Channels/101', [], 'cam-192-0-2-7'],
    ['rtsp://192.0.2.7/live/h264', [], 'cam-192-0-2-7'],
    ['AXIS M3106 Entrée', [], 'axis-m3106-entree'],
    ['gate', ['gate', 'gate-2'], 'gate-3'],
    ['???', [], 'camera'],
  ])('%s', (from, taken, want) => {
    expect(suggestName(from, taken)).toBe(want);
    expect(nameProblem(want, taken)).toBeNull();
  });
});

describe('nameProblem', () => {
  it.each([
    ['', /name/],
    ['Gate', /lower-case/],
    ['-gate', /begin/],
    ['a'.repeat(64), /63/],
    ['gate', /taken/],
  ])('refuses "%s"', (name, want) => expect(nameProblem(name, ['gate'])).toMatch(want));
});

describe('withCredentials', () => {
  it.each([
    ['rtsp://192.0.2.7/a?b=c', 'op', 'p@ss:w/1', 'rtsp://op:p%40ss%3Aw%2F1@192.0.2.7/a?b=c'],
    ['rtsp://192.0.2.7/a', '', '', 'rtsp://192.0.2.7/a'],
    ['rtsp://own:x@192.0.2.7/a', 'op', 'pw', 'rtsp://own:x@192.0.2.7/a'],
    ['nonsense', 'op', 'pw', 'nonsense'],
  ])('%s', (address, user, password, want) => expect(withCredentials(address, user, password)).toBe(want));
});
