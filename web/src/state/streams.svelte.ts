import { api, ApiError, follow, fullStream, type Stream } from '../lib/api';

/** How often the list is fetched beside its events, which tell of changes and not of bit rates. Milliseconds. */
const refresh = 3000;

/** The streams of the server, kept up to date while the page is visible. */
class Streams {
  list = $state<Stream[]>([]);
  /** Whether the list was read at least once. */
  loaded = $state(false);
  error = $state<ApiError | null>(null);
  #stop: AbortController | null = null;

  get names(): string[] {
    return this.list.map((s) => s.name);
  }

  find(name: string): Stream | undefined {
    return this.list.find((s) => s.name === name);
  }

  start(): void {
    document.addEventListener('visibilitychange', () => (document.hidden ? this.#pause() : this.#resume()));
    this.#resume();
  }

  async reload(): Promise<void> {
    try {
      const list = await api.streams();
      this.list = list.sort((a, b) => a.name.localeCompare(b.name));
      this.loaded = true;
      this.error = null;
    } catch (err) {
      this.error = err instanceof ApiError ? err : new ApiError(0, {});
    }
  }

  #resume(): void {
    if (this.#stop) return;
    const stop = new AbortController();
    this.#stop = stop;
    void follow('/v1/events', stop.signal, (e) => this.#event(e.event, e.data));
    const loop = async () => {
      await this.reload();
      if (!stop.signal.aborted) setTimeout(() => !stop.signal.aborted && void loop(), this.error ? 1000 : refresh);
    };
    void loop();
  }

  /** A hidden tab gives its connections back: browsers allow six per server over all tabs. */
  #pause(): void {
    this.#stop?.abort();
    this.#stop = null;
  }

  #event(event: string, data: string): void {
    let value: Stream;
    try {
      value = JSON.parse(data) as Stream;
    } catch {
      return;
    }
    if (typeof value?.name !== 'string') return;
    const at = this.list.findIndex((s) => s.name === value.name);
    if (event === 'removed') {
      if (at >= 0) this.list.splice(at, 1);
    } else if (event === 'stream') {
      if (at >= 0) this.list[at] = fullStream(value);
      else this.list = [...this.list, fullStream(value)].sort((a, b) => a.name.localeCompare(b.name));
    }
  }
}

export const streams = new Streams();
