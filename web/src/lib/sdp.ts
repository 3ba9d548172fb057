/** What a fragment needs from a description: the credentials of its first media section and the name (mid) of that section. */
interface IceLines {
  ufrag: string;
  pwd: string;
  mline: string;
  mid: string;
}

function iceLines(sdp: string): IceLines | null {
  const first = (re: RegExp) => re.exec(sdp)?.[1] ?? '';
  const lines = { ufrag: first(/^a=ice-ufrag:(\S+)/m), pwd: first(/^a=ice-pwd:(\S+)/m), mline: first(/^(m=[^\r\n]+)/m), mid: first(/^a=mid:(\S+)/m) };
  return lines.ufrag && lines.pwd && lines.mline ? lines : null;
}

/**
 * Writes the trickle fragment (RFC 8840 §9, as used by RFC 9725 §4.3) that tells the server about candidates of a bundled session. With `done`
 * it says that no more will come. Returns null when the description has no ICE credentials.
 */
export function fragment(localSDP: string, candidates: readonly string[], done: boolean): string | null {
  const ice = iceLines(localSDP);
  if (!ice) return null;
  const out = [`a=ice-ufrag:${ice.ufrag}`, `a=ice-pwd:${ice.pwd}`, ice.mline, `a=mid:${ice.mid}`];
  for (const c of candidates) out.push(`a=${c.replace(/^a=/, '')}`);
  if (done) out.push('a=end-of-candidates');
  return out.join('\r\n') + '\r\n';
}

/**
 * Puts the ICE credentials and candidates of a server's fragment into the answer we have, which makes the answer to an ICE restart
 * (RFC 9725 §4.3.3: the fragment holds only what changed). Returns null when the fragment has no credentials.
 */
export function restartAnswer(answer: string, frag: string): string | null {
  const ufrag = /^a=ice-ufrag:(\S+)/m.exec(frag)?.[1];
  const pwd = /^a=ice-pwd:(\S+)/m.exec(frag)?.[1];
  if (!ufrag || !pwd) return null;
  const candidates = [...frag.matchAll(/^a=(candidate:[^\r\n]+)/gm)].map((m) => `a=${m[1]}`);
  const kept = answer
    .split(/\r?\n/)
    .filter((l) => l !== '' && !/^a=(candidate:|end-of-candidates)/.test(l))
    .map((l) => l.replace(/^a=ice-ufrag:.*/, `a=ice-ufrag:${ufrag}`).replace(/^a=ice-pwd:.*/, `a=ice-pwd:${pwd}`));
  // Candidates belong to the first media section: the session is bundled.
  const m = kept.findIndex((l) => l.startsWith('m='));
  const next = kept.findIndex((l, i) => i > m && l.startsWith('m='));
  kept.splice(next < 0 ? kept.length : next, 0, ...candidates, 'a=end-of-candidates');
  return kept.join('\r\n') + '\r\n';
}

/** A transport address that the server offered, in words a firewall rule understands. */
export interface Endpoint {
  protocol: 'UDP' | 'TCP';
  address: string;
  port: number;
}

/** The host candidates of a description, each address once. */
export function endpoints(sdp: string): Endpoint[] {
  const seen = new Map<string, Endpoint>();
  for (const m of sdp.matchAll(/^a=candidate:\S+ \d+ (udp|tcp) \d+ (\S+) (\d+) typ \S+/gim)) {
    const e: Endpoint = { protocol: (m[1] ?? '').toUpperCase() as Endpoint['protocol'], address: m[2] ?? '', port: Number(m[3]) };
    seen.set(`${e.protocol} ${e.address} ${e.port}`, e);
  }
  return [...seen.values()];
}

/** Asks for stereo Opus: without it Chromium mixes what it receives down to mono (RFC 7587 §6.1). */
export function preferStereo(sdp: string): string {
  const pt = /^a=rtpmap:(\d+) opus\/48000/im.exec(sdp)?.[1];
  if (!pt) return sdp;
  return sdp.replace(new RegExp(`^(a=fmtp:${pt} (?!.*\\bstereo=)[^\\r\\n]*)`, 'm'), '$1;stereo=1');
}
