import { describe, expect, it } from 'vitest';
import type { Source, Stream } from './api';
import { message, playable, standing } from './words';

const stream = (source: Partial<Source>): Stream => ({
  name: 'gate',
  source: { type: 'rtsp', state: 'live', ...source },
  tracks: [],
  renditions: [],
  viewers: 0,
  origin: 'config',
});
const playing = { state: 'playing', reason: null } as const;

describe('standing', () => {
  it('tells of the camera before the connection', () => expect(standing(stream({ state: 'retrying' }), 'playing').text).toBe('Retrying'));
  it('tells of the connection when the camera is fine', () => expect(standing(stream({}), 'reconnecting').text).toBe('Reconnecting'));
  it('says that a place to publish to waits', () => expect(standing(stream({ state: 'idle', type: 'publish' }), 'idle').text).toBe('Waiting'));
  it('speaks of an unknown stream by its player', () => expect(standing(undefined, 'failed').tone).toBe('bad'));
});

describe('playable', () => {
  it.each([
    [{ state: 'live' }, true],
    [{ state: 'idle', type: 'rtsp' }, true],
    [{ state: 'idle', type: 'publish' }, false],
    [{ state: 'failed' }, false],
    [{ state: 'retrying' }, null],
  ] as [Partial<Source>, boolean | null][])('%o is %s', (source, want) => expect(playable(stream(source))).toBe(want));
});

describe('message', () => {
  it('is none over a picture', () => expect(message(stream({}), playing)).toBeNull());
  it('is the error of the camera with its remedy', () => {
    expect(message(stream({ state: 'failed', error: 'wrong password', hint: 'correct it' }), playing)).toEqual({
      title: 'Wrong password',
      hint: 'Correct it',
    });
  });
  it('is the reason of the player otherwise', () => {
    const reason = { title: 'UDP port 8189 is not reachable', retry: true };
    expect(message(stream({}), { state: 'waiting', reason })).toBe(reason);
  });
});
