/** One event of a text/event-stream. */
export interface ServerEvent {
  event: string;
  data: string;
}

/** The longest event we take, in characters: a QP plan of an 8K picture is well below. */
const maxEvent = 4 << 20;

/** Splits a text/event-stream (HTML §9.2.6) into events; feed it text as it comes. */
export class EventParser {
  #buffer = '';
  #event = '';
  #data: string[] = [];

  push(text: string): ServerEvent[] {
    this.#buffer += text;
    if (this.#buffer.length > maxEvent) throw new Error('event stream: an event is too long');
    const out: ServerEvent[] = [];
    for (;;) {
      const m = /\r\n|\n|\r(?!$)/.exec(this.#buffer);
      if (!m) return out;
      const line = this.#buffer.slice(0, m.index);
      this.#buffer = this.#buffer.slice(m.index + m[0].length);
      const e = this.#line(line);
      if (e) out.push(e);
    }
  }

  #line(line: string): ServerEvent | null {
    if (line === '') {
      const e = this.#data.length > 0 ? { event: this.#event || 'message', data: this.#data.join('\n') } : null;
      this.#event = '';
      this.#data = [];
      return e;
    }
    const colon = line.indexOf(':');
    if (colon === 0) return null;
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '');
    if (field === 'event') this.#event = value;
    else if (field === 'data') this.#data.push(value);
    return null;
  }
}
