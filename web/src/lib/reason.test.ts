import { describe, expect, it } from 'vitest';
import { noPath, problemOf, refused } from './reason';

describe('refused', () => {
  it('names an unknown stream and keeps trying', () => {
    expect(refused(404, 'gate', {})).toMatchObject({ title: 'There is no stream named “gate”', retry: true });
  });

  it('passes on the words of the server about a codec, and stops', () => {
    const r = refused(406, 'gate', { detail: 'the browser offers no H265', hint: 'ask for rendition roi' });
    expect(r).toEqual({ title: 'The browser offers no H265', hint: 'Ask for rendition roi', retry: false });
  });

  it.each([401, 403])('stops at %d: trying again would not help', (status) => expect(refused(status, 'gate', {}).retry).toBe(false));
  it.each([429, 500, 502, 503, 504])('tries again after %d', (status) => expect(refused(status, 'gate', {}).retry).toBe(true));
});

describe('noPath', () => {
  it('names the port and the address', () => {
    const r = noPath([
      { protocol: 'UDP', address: '192.0.2.1', port: 8189 },
      { protocol: 'TCP', address: '192.0.2.1', port: 8189 },
    ]);
    expect(r.title).toBe('UDP port 8189 is not reachable, nor TCP');
    expect(r.hint).toContain('192.0.2.1');
  });

  it('says when the server named no address', () => expect(noPath([]).title).toBe('The server offered no media address'));
});

describe('problemOf', () => {
  it('takes only texts', async () => {
    expect(await problemOf(new Response('{"title":"Not Found","detail":7,"hint":"h"}'))).toEqual({
      title: 'Not Found',
      detail: undefined,
      hint: 'h',
    });
  });

  it('survives other bodies', async () => {
    expect(await problemOf(new Response('<html>'))).toEqual({});
    expect(await problemOf(new Response('null'))).toEqual({});
  });
});
