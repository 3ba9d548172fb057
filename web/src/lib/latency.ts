/** Milliseconds from the Unix epoch back to that of NTP (1900). */
const ntpEpoch = 2_208_988_800_000;

/** A longer span than any live picture may have: clocks differ rather than pictures lag. */
const plausible = 30_000;

/**
 * Turns a wall-clock value of getStats into Unix milliseconds. Chromium reports `estimatedPlayoutTimestamp` on the NTP epoch, as the
 * standard says; other engines give the Unix epoch.
 */
export function unixMillis(value: number): number {
  return value > ntpEpoch ? value - ntpEpoch : value;
}

/** A latency if it can be one; null when the two clocks evidently disagree. Slightly negative values are rounding and become zero. */
export function plausibleLatency(ms: number): number | null {
  if (!Number.isFinite(ms) || ms < -20 || ms > plausible) return null;
  return Math.max(0, ms);
}

/** The p-quantile (0–1) of values by nearest rank; null of none. Does not change its argument. */
export function quantile(values: readonly number[], p: number): number | null {
  if (values.length === 0) return null;
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(p * sorted.length) - 1))] ?? null;
}

/** The last `size` values, oldest first. */
export class Ring {
  readonly #size: number;
  #values: number[] = [];

  constructor(size: number) {
    this.#size = size;
  }

  push(v: number): void {
    this.#values.push(v);
    if (this.#values.length > this.#size) this.#values.shift();
  }

  clear(): void {
    this.#values = [];
  }

  get values(): readonly number[] {
    return this.#values;
  }
}
