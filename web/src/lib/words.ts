import type { Source, Stream } from './api';
import { sentence } from './sentence';
import type { PlayerState, WhepPlayer } from './whep';

export type Tone = 'live' | 'busy' | 'warn' | 'bad' | 'off';

export interface Standing {
  tone: Tone;
  text: string;
}

/** Whether a source waits to be published to rather than being fetched by us. */
const passive = (s: Source) => s.type === 'publish' || s.type === 'whip';

const sourceWords: Record<Source['state'], Standing> = {
  live: { tone: 'live', text: 'Live' },
  connecting: { tone: 'busy', text: 'Connecting' },
  stalled: { tone: 'warn', text: 'Stalled' },
  retrying: { tone: 'warn', text: 'Retrying' },
  failed: { tone: 'bad', text: 'Failed' },
  idle: { tone: 'off', text: 'On demand' },
  ended: { tone: 'off', text: 'Ended' },
};

export function sourceStanding(s: Source): Standing {
  if (s.state === 'idle' && passive(s)) return { tone: 'off', text: 'Waiting' };
  return sourceWords[s.state] ?? { tone: 'off', text: s.state };
}

const playerWords: Record<PlayerState, Standing> = {
  idle: { tone: 'off', text: 'Paused' },
  connecting: { tone: 'busy', text: 'Opening' },
  playing: { tone: 'live', text: 'Live' },
  stalled: { tone: 'warn', text: 'No pictures' },
  reconnecting: { tone: 'warn', text: 'Reconnecting' },
  waiting: { tone: 'warn', text: 'Waiting' },
  failed: { tone: 'bad', text: 'Cannot play' },
};

/** How a camera that is being watched stands: its source first, since a person can mend that; then our own connection to the server. */
export function standing(s: Stream | undefined, player: PlayerState): Standing {
  if (s && s.source.state !== 'live' && s.source.state !== 'idle') return sourceStanding(s.source);
  if (s && s.source.state === 'idle' && passive(s.source)) return sourceStanding(s.source);
  return playerWords[player];
}

/** Whether asking for this stream can bring a picture now. Null: keep doing what you do (the server keeps viewers while it reconnects). */
export function playable(s: Stream): boolean | null {
  switch (s.source.state) {
    case 'live':
    case 'stalled':
      return true;
    case 'idle':
      return !passive(s.source);
    case 'failed':
    case 'ended':
      return false;
    default:
      return null;
  }
}

export interface Message {
  title: string;
  hint?: string;
}

/** What to say over the picture; null when there is nothing to say because it plays. */
export function message(s: Stream | undefined, player: Pick<WhepPlayer, 'state' | 'reason'>): Message | null {
  if (s && s.source.state !== 'live') {
    if (s.source.error) return { title: sentence(s.source.error), hint: s.source.hint ? sentence(s.source.hint) : undefined };
    if (passive(s.source) && (s.source.state === 'idle' || s.source.state === 'ended'))
      return { title: 'Waiting for a publisher', hint: `Publish to ${s.name} and the picture appears.` };
    if (s.source.state === 'ended') return { title: 'The source came to its end' };
    if (s.source.state === 'connecting' || s.source.state === 'retrying') return { title: 'Connecting to the camera' };
    if (s.source.state === 'stalled') return { title: 'The camera went silent', hint: 'It is connected and sends nothing.' };
  }
  if (player.state === 'playing' || player.state === 'idle') return null;
  return player.reason ?? null;
}
