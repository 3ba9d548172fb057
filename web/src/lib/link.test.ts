import { describe, expect, it } from 'vitest';
import { iceServers } from './link';

describe('iceServers', () => {
  const cases: { name: string; header: string | null; want: RTCIceServer[] }[] = [
    { name: 'is empty without a header', header: null, want: [] },
    { name: 'reads a STUN server', header: '<stun:stun.example.net>; rel="ice-server"', want: [{ urls: 'stun:stun.example.net' }] },
    {
      name: 'reads a TURN server with credentials (the example of RFC 9725)',
      header:
        '<stun:stun.example.net>; rel="ice-server", <turn:turn.example.net?transport=udp>; rel="ice-server"; username="user"; credential="myPassword"; credential-type="password"',
      want: [{ urls: 'stun:stun.example.net' }, { urls: 'turn:turn.example.net?transport=udp', username: 'user', credential: 'myPassword' }],
    },
    {
      name: 'unescapes a quoted credential that holds separators',
      header: '<turns:t.example:443>; rel=ice-server; username="a,b;c"; credential="q\\"x"',
      want: [{ urls: 'turns:t.example:443', username: 'a,b;c', credential: 'q"x' }],
    },
    { name: 'skips other relations', header: '</whep/x/sse>; rel="urn:ietf:params:whep:ext:core:server-sent-events"', want: [] },
    { name: 'skips targets that are no ICE servers', header: '<https://example.net>; rel="ice-server"', want: [] },
    { name: 'survives nonsense', header: '<<>>;;;,=";rel', want: [] },
  ];
  it.each(cases)('$name', ({ header, want }) => expect(iceServers(header)).toEqual(want));
});
