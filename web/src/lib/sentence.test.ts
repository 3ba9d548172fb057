import { describe, expect, it } from 'vitest';
import { sentence } from './sentence';

describe('sentence', () => {
  it.each([
    ['the camera refuses', 'The camera refuses'],
    ['timeout: no answer', 'Timeout: no answer'],
    ['can’t reach it', 'Can’t reach it'],
    ['sysctl -w x=1', 'sysctl -w x=1'],
    ['source.url is wrong', 'source.url is wrong'],
    ['rtsp://x is wrong', 'rtsp://x is wrong'],
    ["'vantage doctor' tells", "'vantage doctor' tells"],
    ['5.1.6', '5.1.6'],
    ['IDR only every 8 s', 'IDR only every 8 s'],
    ['', ''],
  ])('%s', (text, want) => expect(sentence(text)).toBe(want));
});
