const none = '–';

/** `4.2 Mbit/s`, `830 kbit/s`. */
export function bitrate(bps: number | undefined | null): string {
  if (bps === undefined || bps === null || !Number.isFinite(bps)) return none;
  if (bps >= 1e6) return `${(bps / 1e6).toFixed(bps >= 1e7 ? 0 : 1)} Mbit/s`;
  return `${Math.round(bps / 1e3)} kbit/s`;
}

/** `12 MB`, `830 kB`: powers of ten, as network people count. */
export function bytes(n: number | undefined | null): string {
  if (n === undefined || n === null) return none;
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let i = 0;
  while (n >= 999.5 && i < units.length - 1) {
    n /= 1000;
    i++;
  }
  return `${i > 0 && n < 10 ? n.toFixed(1) : Math.round(n)} ${units[i]}`;
}

/** `38 ms`, `1.2 s`. */
export function millis(ms: number | undefined | null): string {
  if (ms === undefined || ms === null || !Number.isFinite(ms)) return none;
  if (ms >= 9950) return `${Math.round(ms / 1000)} s`;
  if (ms >= 1000) return `${(ms / 1000).toFixed(1)} s`;
  return `${ms < 9.95 && ms > 0 ? ms.toFixed(1) : Math.round(ms)} ms`;
}

/** `30`, `29.97` is shown as `30`, `12.5` as `12.5`. */
export function fps(v: number | undefined | null): string {
  if (v === undefined || v === null || !Number.isFinite(v)) return none;
  const r = Math.round(v * 10) / 10;
  return Math.abs(r - Math.round(r)) < 0.15 ? String(Math.round(r)) : r.toFixed(1);
}

/** `1280×720`. */
export function size(w: number | undefined, h: number | undefined): string {
  return w && h ? `${w}×${h}` : none;
}

/** `38 %`, with one digit behind the point below 10. */
export function percent(ratio: number | undefined | null): string {
  if (ratio === undefined || ratio === null || !Number.isFinite(ratio)) return none;
  const p = ratio * 100;
  if (p > 0 && p < 0.05) return '< 0.1 %';
  return `${Math.abs(p) < 9.95 && p !== 0 ? p.toFixed(1) : Math.round(p)} %`;
}

/** `4 s`, `12 min`, `3 h 5 min`, `2 d 4 h`. */
export function span(ms: number): string {
  const s = Math.max(0, Math.floor(ms / 1000));
  if (s < 60) return `${s} s`;
  if (s < 3600) return `${Math.floor(s / 60)} min`;
  if (s < 86_400) return `${Math.floor(s / 3600)} h ${Math.floor((s % 3600) / 60)} min`;
  return `${Math.floor(s / 86_400)} d ${Math.floor((s % 86_400) / 3600)} h`;
}

export function count(n: number | undefined | null): string {
  return n === undefined || n === null ? none : n.toLocaleString('en').replaceAll(',', '\u202f');
}

const codecNames: Record<string, string> = {
  h264: 'H.264',
  h265: 'H.265',
  hevc: 'H.265',
  av1: 'AV1',
  vp8: 'VP8',
  vp9: 'VP9',
  mjpeg: 'MJPEG',
  opus: 'Opus',
  aac: 'AAC',
  pcmu: 'G.711 µ',
  pcma: 'G.711 A',
  g711u: 'G.711 µ',
  g711a: 'G.711 A',
};

/** The name people know a codec by. */
export function codec(name: string | undefined | null): string {
  return name ? (codecNames[name.toLowerCase().replace(/[^a-z0-9]/g, '')] ?? name) : none;
}
