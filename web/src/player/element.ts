import { WhepPlayer } from '../lib/whep';
import { styles } from './styles';

const states = { connecting: 'Opening…', stalled: 'No picture', reconnecting: 'Reconnecting…' } as Record<string, string>;

/**
 * `<vantage-player src="/whep/NAME" muted controls>` plays a stream. Attributes: `src`, a WHEP address (with `?rendition=` if one is wanted);
 * `muted`; `controls` shows sound and full screen; `token`, a bearer token; `noaudio` asks for pictures only. Raises `statechange`, whose
 * detail is `{state, reason}`, and `stats`, whose detail is what the player measured. When there is no picture, it says why in words.
 */
export class VantagePlayer extends HTMLElement {
  static observedAttributes = ['src', 'muted', 'controls', 'token', 'noaudio'];

  readonly video = document.createElement('video');
  readonly #words = document.createElement('div');
  readonly #title = document.createElement('strong');
  readonly #hint = document.createElement('span');
  readonly #bar = document.createElement('div');
  readonly #sound = document.createElement('button');
  #player: WhepPlayer | null = null;
  #restart = false;

  constructor() {
    super();
    const root = this.attachShadow({ mode: 'open' });
    root.adoptedStyleSheets = [styles];
    this.video.autoplay = true;
    this.video.playsInline = true;
    this.video.muted = true;
    this.video.setAttribute('part', 'video');
    this.#words.className = 'words';
    this.#words.setAttribute('part', 'status');
    this.#words.setAttribute('role', 'status');
    this.#words.append(this.#title, this.#hint);
    this.#bar.className = 'bar';
    const full = document.createElement('button');
    full.textContent = 'Full screen';
    full.onclick = () => (document.fullscreenElement ? void document.exitFullscreen() : void this.requestFullscreen().catch(() => undefined));
    this.#sound.onclick = () => this.toggleAttribute('muted');
    this.#bar.append(this.#sound, full);
    root.append(this.video, this.#words, this.#bar);
    this.video.onvolumechange = () => this.#showSound();
    this.ondblclick = () => full.click();
  }

  get state(): string {
    return this.#player?.state ?? 'idle';
  }

  connectedCallback(): void {
    this.#later();
  }

  disconnectedCallback(): void {
    this.#close();
  }

  attributeChangedCallback(name: string, before: string | null, now: string | null): void {
    if (before === now) return;
    if (name === 'muted') this.video.muted = now !== null;
    else if (name === 'controls') this.#bar.hidden = now === null;
    else this.#later();
  }

  /** Attributes change one by one; one session follows from all of them. */
  #later(): void {
    if (this.#restart) return;
    this.#restart = true;
    queueMicrotask(() => {
      this.#restart = false;
      if (this.isConnected) this.#open();
    });
  }

  #open(): void {
    this.#close();
    this.#bar.hidden = !this.hasAttribute('controls');
    this.video.muted = this.hasAttribute('muted');
    this.#showSound();
    const src = this.getAttribute('src');
    if (!src) return this.#say('No stream was named', 'Give the element a src, such as /whep/gate.');
    const p = new WhepPlayer({ url: src, video: this.video, token: () => this.getAttribute('token'), audio: !this.hasAttribute('noaudio') });
    this.#player = p;
    p.addEventListener('state', () => {
      this.#say(p.state === 'playing' ? '' : (p.reason?.title ?? states[p.state] ?? ''), p.reason?.hint ?? '');
      this.dataset.state = p.state;
      this.dispatchEvent(new CustomEvent('statechange', { detail: { state: p.state, reason: p.reason } }));
    });
    p.addEventListener('stats', () => this.dispatchEvent(new CustomEvent('stats', { detail: p.stats })));
    p.start();
  }

  #close(): void {
    this.#player?.stop();
    this.#player = null;
  }

  #say(title: string, hint = ''): void {
    this.#title.textContent = title;
    this.#hint.textContent = hint;
    this.#words.hidden = title === '';
    // A last picture stays visible under the words.
    this.#words.classList.toggle('over', this.video.videoWidth > 0);
  }

  #showSound(): void {
    this.#sound.textContent = this.video.muted ? 'Sound on' : 'Sound off';
  }
}

customElements.define('vantage-player', VantagePlayer);
