import type { Endpoint } from './sdp';
import { sentence } from './sentence';

/** Why a player does not play, in words for the person in front of it. */
export interface Reason {
  /** One short sentence: what is wrong. */
  title: string;
  /** What to do about it, when we know. */
  hint?: string;
  /** Whether trying again without a change by a person may help. */
  retry: boolean;
}

/** The part of problem details (RFC 9457) that the server fills. */
export interface Problem {
  title?: string;
  detail?: string;
  hint?: string;
}

/** The problem in a response body; an empty one when the body is something else. */
export async function problemOf(resp: Response): Promise<Problem> {
  try {
    const body: unknown = await resp.json();
    if (typeof body !== 'object' || body === null) return {};
    const text = (k: string) =>
      k in body && typeof (body as Record<string, unknown>)[k] === 'string' ? ((body as Record<string, unknown>)[k] as string) : undefined;
    return { title: text('title'), detail: text('detail'), hint: text('hint') };
  } catch {
    return {};
  }
}

/** Words for a refused offer. `stream` is the name that was asked for. */
export function refused(status: number, stream: string, p: Problem): Reason {
  const said = p.detail ?? p.title;
  const hint = p.hint ? sentence(p.hint) : undefined;
  switch (status) {
    case 401:
    case 403:
      return { title: 'This stream asks for a token', hint: hint ?? 'Open it with a token that may watch it.', retry: false };
    case 404:
      return {
        title: `There is no stream named “${stream}”`,
        hint: hint ?? 'Check the name, or publish to it: the picture appears by itself.',
        retry: true,
      };
    case 406:
    case 415:
      return {
        title: said ? sentence(said) : 'This browser cannot decode the camera’s codec',
        hint: hint ?? 'Choose a transcoded rendition such as “roi”, or set the camera to H.264.',
        retry: false,
      };
    case 429:
      return { title: 'The server has as many viewers as it is allowed', hint, retry: true };
    case 502:
    case 503:
    case 504:
      return {
        title: said ? sentence(said) : 'The stream is not ready yet',
        hint: hint ?? 'The camera is being reached; the picture appears by itself.',
        retry: true,
      };
    default:
      return { title: said ? sentence(said) : `The server answered ${status}`, hint, retry: status >= 500 };
  }
}

/** Words for a server that did not answer at all. */
export function unreachable(): Reason {
  return { title: 'The server does not answer', hint: 'Check that Vantage is running and that this device is on its network.', retry: true };
}

/** Words for a media path that could not be built although signalling worked. */
export function noPath(at: readonly Endpoint[]): Reason {
  const udp = at.filter((e) => e.protocol === 'UDP');
  if (udp.length === 0) {
    return { title: 'The server offered no media address', hint: 'Set webrtc.public_addresses to an address that viewers can reach.', retry: true };
  }
  const ports = [...new Set(udp.map((e) => e.port))].join(', ');
  const tcp = at.some((e) => e.protocol === 'TCP') ? ', nor TCP' : '';
  const hosts = [...new Set(udp.map((e) => e.address))].join(', ');
  return {
    title: `UDP port ${ports} is not reachable${tcp}`,
    hint: `Open it in the firewall between this device and ${hosts}, or set webrtc.public_addresses if the server is behind NAT.`,
    retry: true,
  };
}

/** Words for a session that is up while no picture comes. */
export function silent(seconds: number): Reason {
  return { title: `No picture for ${seconds} s`, hint: 'The connection stands; the camera or its network went silent.', retry: true };
}
