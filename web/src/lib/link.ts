/**
 * Reads the ICE servers out of Link header fields with rel="ice-server" (RFC 9725 §4.6, RFC 8288). Links of other relations and targets that are
 * not STUN or TURN addresses are skipped.
 */
export function iceServers(header: string | null): RTCIceServer[] {
  if (!header) return [];
  const out: RTCIceServer[] = [];
  for (const m of header.matchAll(/<([^>]*)>((?:\s*;\s*[\w!#$&+\-.^`|~*]+\s*(?:=\s*(?:"(?:[^"\\]|\\.)*"|[^\s";,]*))?)*)/g)) {
    const url = m[1] ?? '';
    const params = new Map<string, string>();
    for (const p of (m[2] ?? '').matchAll(/;\s*([^\s=;]+)\s*(?:=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s";,]*)))?/g)) {
      params.set((p[1] ?? '').toLowerCase(), (p[2] ?? p[3] ?? '').replace(/\\(.)/g, '$1'));
    }
    if (!(params.get('rel') ?? '').split(/\s+/).includes('ice-server') || !/^(stun|turn)s?:/i.test(url)) continue;
    const server: RTCIceServer = { urls: url };
    const username = params.get('username');
    const credential = params.get('credential');
    if (username !== undefined) server.username = username;
    if (credential !== undefined) server.credential = credential;
    out.push(server);
  }
  return out;
}
