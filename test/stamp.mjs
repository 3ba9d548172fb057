// Reads the frame number and wall clock that ingest/synth/stamp paints into a picture. The layout is described in that
// package's documentation; both readers are tested against the same pictures.

const gridColumns = 80;
const gridRows = 45;
const columns = 32;
const rows = 4;
const margin = 1;
const minContrast = 64;
const none = Object.freeze({ frame: 0, micros: 0, ok: false });

/** The part of a picture that carries the stamp, in pixels: enough to draw on a canvas for readStamp's crop. */
export function stampArea(width, height) {
  return {
    width: Math.ceil(((columns + 2 * margin) * width) / gridColumns),
    height: Math.ceil(((rows + 2 * margin) * height) / gridRows),
  };
}

/**
 * readStamp reads the stamp of a picture.
 *
 * imageData is the ImageData of the whole picture, or of its upper left corner (at least stampArea) with the whole
 * picture's size given as width and height. micros is a safe integer until the year 2255.
 *
 * @param {{data: Uint8ClampedArray | Uint8Array, width: number, height: number}} imageData RGBA
 * @returns {{frame: number, micros: number, ok: boolean}}
 */
export function readStamp(imageData, width = imageData.width, height = imageData.height) {
  const area = stampArea(width, height);
  if (width < gridColumns || height < gridRows || imageData.width < area.width || imageData.height < area.height) {
    return none;
  }
  const means = [];
  for (let r = 0; r < rows; r++) {
    const [y0, y1] = middle(r + margin, gridRows, height);
    for (let c = 0; c < columns; c++) {
      const [x0, x1] = middle(c + margin, gridColumns, width);
      means.push(meanLuma(imageData, x0, y0, x1, y1));
    }
  }
  const low = Math.min(...means);
  const high = Math.max(...means);
  const contrast = high - low;
  const threshold = (high + low) / 2;
  if (contrast < minContrast) return none;

  const bytes = new Uint8Array((columns * rows) / 8);
  for (let i = 0; i < means.length; i++) {
    const d = means[i] - threshold;
    if (Math.abs(d) < contrast / 8) return none;
    if (d > 0) bytes[i >> 3] |= 0x80 >> (i & 7);
  }
  const view = new DataView(bytes.buffer);
  if (crc32(bytes.subarray(0, 12)) !== view.getUint32(12)) return none;
  const micros = Number(view.getBigInt64(4));
  return { frame: view.getUint32(0), micros, ok: Number.isSafeInteger(micros) };
}

function middle(at, cells, side) {
  const from = Math.floor(((4 * at + 1) * side) / (4 * cells));
  const to = Math.floor(((4 * at + 3) * side) / (4 * cells));
  return [from, Math.max(to, from + 1)];
}

function meanLuma({ data, width }, x0, y0, x1, y1) {
  let sum = 0;
  for (let y = y0; y < y1; y++) {
    for (let x = x0; x < x1; x++) {
      const i = 4 * (y * width + x);
      sum += 0.2126 * data[i] + 0.7152 * data[i + 1] + 0.0722 * data[i + 2];
    }
  }
  return sum / ((x1 - x0) * (y1 - y0));
}

function crc32(bytes) {
  let crc = 0xffffffff;
  for (const b of bytes) {
    crc ^= b;
    for (let k = 0; k < 8; k++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return (crc ^ 0xffffffff) >>> 0;
}
