/** The player's own style sheet: constructed, so that it needs no leave from a content security policy. */
export const styles = new CSSStyleSheet();

styles.replaceSync(`
  :host {
    display: block;
    position: relative;
    aspect-ratio: 16 / 9;
    overflow: hidden;
    background: #000;
    color: #e8edf1;
    font: 14px/1.45 system-ui, sans-serif;
  }
  :host(:fullscreen) { aspect-ratio: auto; }
  [hidden] { display: none !important; }
  video { position: absolute; inset: 0; width: 100%; height: 100%; object-fit: var(--vantage-fit, contain); }
  .words {
    position: absolute; inset: 0; display: flex; flex-direction: column; align-items: center; justify-content: center; gap: 6px;
    padding: 20px; background: #0d1115; text-align: center; text-wrap: balance;
  }
  .words.over { background: rgb(6 8 10 / 66%); }
  .words strong { font-size: clamp(14px, 2.4cqw, 18px); font-weight: 600; }
  .words span { max-width: 52ch; color: #9ba8b4; }
  .bar {
    position: absolute; inset: auto 0 0; display: flex; justify-content: flex-end; gap: 8px; padding: 28px 12px 10px;
    background: linear-gradient(transparent, rgb(4 6 8 / 75%)); opacity: 0; transition: opacity .15s;
  }
  :host(:hover) .bar, :host(:focus-within) .bar { opacity: 1; }
  @media (hover: none) { .bar { opacity: 1; } }
  button {
    min-height: 34px; padding: 0 13px; border: 1px solid rgb(255 255 255 / 22%); border-radius: 6px; background: rgb(12 16 20 / 72%);
    color: inherit; font: inherit; font-weight: 500; cursor: pointer;
  }
  button:hover { background: rgb(40 50 60 / 85%); }
  button:focus-visible { outline: 2px solid #59d6b2; outline-offset: 2px; }
`);
