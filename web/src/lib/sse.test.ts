import { describe, expect, it } from 'vitest';
import { EventParser } from './sse';

const all = (...chunks: string[]) => {
  const p = new EventParser();
  return chunks.flatMap((c) => p.push(c));
};

describe('EventParser', () => {
  it('reads an event with a name', () => expect(all('event: plan\ndata: {}\n\n')).toEqual([{ event: 'plan', data: '{}' }]));
  it('joins lines of data', () => expect(all('data: a\ndata: b\n\n')).toEqual([{ event: 'message', data: 'a\nb' }]));
  it('goes over chunk borders, also between CR and LF', () =>
    expect(all('da', 'ta: a\r', '\n\r\n', 'data: b\r\n\r\n')).toEqual([
      { event: 'message', data: 'a' },
      { event: 'message', data: 'b' },
    ]));
  it('skips comments and events without data', () => expect(all(': ping\n\nevent: x\n\n')).toEqual([]));
  it('refuses an endless event', () => expect(() => all('x'.repeat((4 << 20) + 1))).toThrow('too long'));
});
