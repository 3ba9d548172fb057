import { describe, expect, it } from 'vitest';
import { bitrate, bytes, codec, count, fps, millis, percent, size, span } from './format';

describe('format', () => {
  it.each([
    [bitrate(4_230_000), '4.2 Mbit/s'],
    [bitrate(12_400_000), '12 Mbit/s'],
    [bitrate(830_400), '830 kbit/s'],
    [bitrate(undefined), '–'],
    [bytes(0), '0 B'],
    [bytes(1500), '1.5 kB'],
    [bytes(999_600), '1.0 MB'],
    [bytes(12_000_000), '12 MB'],
    [millis(3.21), '3.2 ms'],
    [millis(38.4), '38 ms'],
    [millis(1234), '1.2 s'],
    [millis(12_345), '12 s'],
    [millis(Number.NaN), '–'],
    [fps(29.97), '30'],
    [fps(12.5), '12.5'],
    [fps(undefined), '–'],
    [size(1280, 720), '1280×720'],
    [size(undefined, 720), '–'],
    [percent(0.384), '38 %'],
    [percent(0.034), '3.4 %'],
    [percent(-0.12), '-12 %'],
    [percent(0.0004), '< 0.1 %'],
    [percent(0), '0 %'],
    [span(4200), '4 s'],
    [span(11_100_000), '3 h 5 min'],
    [span(187_200_000), '2 d 4 h'],
    [count(1234567), '1\u202f234\u202f567'],
    [codec('h264'), 'H.264'],
    [codec('H.264'), 'H.264'],
    [codec('theora'), 'theora'],
  ])('%s', (got, want) => expect(got).toBe(want));
});
