/** An object the detector sees, in pixels of the coded picture. */
export interface DetectedObject {
  x: number;
  y: number;
  w: number;
  h: number;
  class?: string;
  score?: number;
  id?: number | string;
}

/** A QP plan as it comes over the wire. */
export interface PlanMessage {
  pts: number;
  width: number;
  height: number;
  block: number;
  cols: number;
  rows: number;
  /** base64 of int8 QP offsets, one per block, row by row. */
  offsets?: string;
  objects?: DetectedObject[] | null;
}

export interface Plan {
  pts: number;
  width: number;
  height: number;
  block: number;
  cols: number;
  rows: number;
  offsets: Int8Array;
  objects: DetectedObject[];
}

/** The most blocks a plan may have: 8K in blocks of 8. */
const maxBlocks = 1 << 20;

/** Reads a plan; null when it contradicts itself. */
export function parsePlan(text: string): Plan | null {
  let m: PlanMessage;
  try {
    m = JSON.parse(text) as PlanMessage;
  } catch {
    return null;
  }
  if (typeof m !== 'object' || m === null) return null;
  const whole = (n: unknown): n is number => typeof n === 'number' && Number.isInteger(n) && n >= 0;
  if (!whole(m.width) || !whole(m.height) || !whole(m.cols) || !whole(m.rows) || m.width === 0 || m.height === 0 || m.cols * m.rows > maxBlocks)
    return null;
  let offsets: Int8Array;
  try {
    offsets = Int8Array.from(atob(m.offsets ?? ''), (c) => (c.charCodeAt(0) << 24) >> 24);
  } catch {
    return null;
  }
  if (offsets.length !== 0 && offsets.length !== m.cols * m.rows) return null;
  return { pts: m.pts, width: m.width, height: m.height, block: m.block, cols: m.cols, rows: m.rows, offsets, objects: m.objects ?? [] };
}

/** A rectangle in CSS pixels. */
export interface Box {
  x: number;
  y: number;
  w: number;
  h: number;
}

/** Where a picture of the given size stands inside a box that shows it whole (CSS object-fit: contain). */
export function contain(boxW: number, boxH: number, pictureW: number, pictureH: number): Box {
  if (pictureW <= 0 || pictureH <= 0) return { x: 0, y: 0, w: boxW, h: boxH };
  const k = Math.min(boxW / pictureW, boxH / pictureH);
  const w = pictureW * k;
  const h = pictureH * k;
  return { x: (boxW - w) / 2, y: (boxH - h) / 2, w, h };
}

/** The strongest offset that is still told apart by colour; encoders rarely go further. */
const fullScale = 10;

/**
 * The colour of a QP offset as RGBA: warm where the encoder spends more bits (negative offsets), cool where it saves them, clear at zero.
 */
export function heat(offset: number): [number, number, number, number] {
  const t = Math.min(1, Math.abs(offset) / fullScale);
  // What is favoured is what one looks for: the rest, most of the picture, is tinted less.
  const alpha = offset === 0 ? 0 : Math.round(255 * (offset < 0 ? 0.12 + 0.5 * t : 0.06 + 0.36 * t));
  return offset < 0 ? [255, 178, 62, alpha] : [66, 120, 255, alpha];
}

/** Mean offsets of a plan, and the share of blocks that get more bits. */
export function summary(p: Plan): { favoured: number; min: number; max: number } {
  let favoured = 0;
  let min = 0;
  let max = 0;
  for (const o of p.offsets) {
    if (o < 0) favoured++;
    min = Math.min(min, o);
    max = Math.max(max, o);
  }
  return { favoured: p.offsets.length > 0 ? favoured / p.offsets.length : 0, min, max };
}
