/** Whether a key belongs to what has the focus (a field, a slider, a button that Enter presses) and not to the page. */
export function taken(e: KeyboardEvent): boolean {
  if (e.ctrlKey || e.metaKey || e.altKey || e.defaultPrevented) return true;
  const t = e.target;
  if (!(t instanceof HTMLElement)) return false;
  if (t.isContentEditable || t instanceof HTMLSelectElement || t instanceof HTMLTextAreaElement) return true;
  if (t instanceof HTMLInputElement) return true;
  if (document.querySelector('dialog[open]')) return true;
  return (e.key === 'Enter' || e.key === ' ') && (t instanceof HTMLButtonElement || t instanceof HTMLAnchorElement);
}

/** Puts an element on the whole screen, or takes it off again. */
export function toggleFullscreen(el: Element | null | undefined): void {
  if (document.fullscreenElement) void document.exitFullscreen();
  else void el?.requestFullscreen?.().catch(() => undefined);
}
