/** The most a player is held back for another, in milliseconds. */
export const maxHold = 1000;

/** Latencies closer than this count as in step: less than half a picture at 30/s. */
const tolerance = 15;

export interface Holds {
  a: number;
  b: number;
}

/**
 * One step of bringing two players to the same moment. Takes what each lags behind the camera now (ms) and how long each is being held back, and returns
 * the new holds: the player that is ahead is held back, in half steps so that measuring noise does not swing it, and only one of them is ever held.
 */
export function lockstep(lagA: number, lagB: number, now: Holds): Holds {
  const ahead = lagB - lagA; // > 0: a shows later moments than b
  if (Math.abs(ahead) <= tolerance) return now;
  const balance = now.a - now.b + ahead / 2;
  const hold = Math.min(maxHold, Math.round(Math.abs(balance)));
  return balance >= 0 ? { a: hold, b: 0 } : { a: 0, b: hold };
}

/** The share of bits that `b` needs less than `a`, from counted bits over the same time; null until there is enough to tell. */
export function saving(bitsA: number, bitsB: number): number | null {
  return bitsA > 0 && bitsB > 0 ? 1 - bitsB / bitsA : null;
}

/** What a comparison of two players has found so far. */
export interface Comparison {
  /** The rendition that ROI is compared with. */
  against: string;
  /** Over how many seconds bits were counted. */
  seconds: number;
  /** The share of bits saved; null until there is enough to tell. */
  savedRatio: number | null;
  bpsA: number | undefined;
  bpsB: number | undefined;
  /** How far apart the moments are that the two show; null when the server sends no clock. */
  apartMS: number | null;
}
