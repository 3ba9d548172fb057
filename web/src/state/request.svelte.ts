import { ApiError } from '../lib/api';

/** Runs one request at a time, the newest, and keeps for the page what is going on and what went wrong. */
export class Request<What extends string> {
  busy = $state<What | ''>('');
  error = $state<ApiError | null>(null);
  #pending: AbortController | null = null;

  async run(what: What, f: (signal: AbortSignal) => Promise<void>): Promise<void> {
    this.cancel();
    const mine = new AbortController();
    this.#pending = mine;
    this.busy = what;
    this.error = null;
    try {
      await f(mine.signal);
    } catch (err) {
      if (!mine.signal.aborted) this.error = err instanceof ApiError ? err : new ApiError(0, {});
    } finally {
      if (this.#pending === mine) this.cancel();
    }
  }

  cancel(): void {
    this.#pending?.abort();
    this.#pending = null;
    this.busy = '';
  }
}
