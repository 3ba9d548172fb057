import { describe, expect, it } from 'vitest';
import { parseRoute, streamPath } from './route';

describe('parseRoute', () => {
  it.each([
    ['/', { page: 'wall' }],
    ['/add', { page: 'add' }],
    ['/sessions/', { page: 'sessions' }],
    ['/s/gate-north', { page: 'stream', name: 'gate-north' }],
    [streamPath('a/b c'), { page: 'stream', name: 'a/b c' }],
    ['/s/%', { page: 'unknown', path: '/s/%' }],
    ['/s', { page: 'unknown', path: '/s' }],
    ['/add/x', { page: 'unknown', path: '/add/x' }],
  ])('%s', (path, want) => expect(parseRoute(path)).toEqual(want));
});
