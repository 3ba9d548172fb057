/** Bounds of the pause between two attempts, in milliseconds. */
export interface BackoffBounds {
  first: number;
  max: number;
}

export const reconnectBounds: BackoffBounds = { first: 500, max: 10_000 };

/**
 * The pause before attempt number `attempt` (0 is the first retry): doubled each time up to a bound, then spread by up to a quarter either way
 * so that a wall of players does not come back in one instant. `random` is in [0, 1).
 */
export function backoff(attempt: number, bounds: BackoffBounds = reconnectBounds, random: () => number = Math.random): number {
  const base = Math.min(bounds.max, bounds.first * 2 ** Math.min(attempt, 30));
  return Math.round(base * (0.75 + random() / 2));
}
