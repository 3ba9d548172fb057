/** How long a message stays, in milliseconds. */
const stays = 5000;

interface Toast {
  id: number;
  text: string;
  hint?: string;
  bad: boolean;
}

class Toasts {
  list = $state<Toast[]>([]);
  #next = 0;

  say(text: string): void {
    this.#add({ text, bad: false });
  }

  /** Tells of something that went wrong, with its remedy when the error carries one. */
  fail(err: unknown): void {
    const hint = err instanceof Error && 'hint' in err && typeof err.hint === 'string' ? err.hint : undefined;
    this.#add({ text: err instanceof Error ? err.message : String(err), hint, bad: true });
  }

  #add(t: Omit<Toast, 'id'>): void {
    const id = ++this.#next;
    this.list.push({ ...t, id });
    setTimeout(() => (this.list = this.list.filter((x) => x.id !== id)), t.bad ? 2 * stays : stays);
  }
}

export const toasts = new Toasts();
