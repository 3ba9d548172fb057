export type Layout = 'auto' | 1 | 4 | 9;

/** The narrowest tile that still shows something, in CSS pixels. */
export const narrowest = 260;

/** The space between tiles, in CSS pixels; base.css has the same as --gap. */
export const gap = 10;

const aspect = 16 / 9;

/** Columns of a wall and the width of a tile. */
export interface Fit {
  cols: number;
  tile: number;
}

/** The largest tile that lets `count` of them stand in `cols` columns without scrolling. */
function fitted(count: number, cols: number, width: number, height: number): number {
  const rows = Math.ceil(count / cols);
  return Math.min((width - gap * (cols - 1)) / cols, ((height - gap * (rows - 1)) / rows) * aspect);
}

/**
 * The columns that make `count` tiles as large as a box allows. When that would make tiles too narrow, as many columns as fit, and the wall scrolls.
 */
export function autoFit(count: number, width: number, height: number): Fit {
  let best: Fit = { cols: 1, tile: 0 };
  for (let cols = 1; cols <= Math.max(1, count); cols++) {
    const tile = fitted(Math.max(1, count), cols, width, height);
    if (tile > best.tile) best = { cols, tile };
  }
  if (best.tile >= Math.min(narrowest, width)) return { cols: best.cols, tile: Math.floor(best.tile) };
  const cols = Math.max(1, Math.min(count, Math.floor((width + gap) / (narrowest + gap))));
  return { cols, tile: Math.max(0, Math.floor((width - gap * (cols - 1)) / cols)) };
}

/** A fixed layout: a square of tiles on a desk, fewer columns on a phone, where the wall scrolls instead. */
export function fixedFit(layout: 1 | 4 | 9, count: number, width: number, height: number): Fit {
  const cols = Math.max(1, Math.min(Math.sqrt(layout), Math.floor(width / 160)));
  const widest = Math.floor((width - gap * (cols - 1)) / cols);
  const tile = Math.floor(fitted(Math.max(count, layout === 1 ? 1 : layout), cols, width, height));
  return { cols, tile: Math.max(0, tile >= Math.min(narrowest, widest) ? tile : widest) };
}

/** How many tiles one page of a layout holds; 0 means all. */
export function perPage(layout: Layout): number {
  return layout === 'auto' ? 0 : layout;
}

/** Where an arrow key leads from tile `at` in a grid; stays where there is nothing. */
export function step(at: number, key: string, count: number, cols: number): number {
  if (count === 0) return -1;
  if (at < 0) return 0;
  switch (key) {
    case 'ArrowRight':
      return Math.min(count - 1, at + 1);
    case 'ArrowLeft':
      return Math.max(0, at - 1);
    case 'ArrowDown':
      return at + cols < count ? at + cols : at;
    case 'ArrowUp':
      return at - cols >= 0 ? at - cols : at;
    case 'Home':
      return 0;
    case 'End':
      return count - 1;
    default:
      return at;
  }
}
