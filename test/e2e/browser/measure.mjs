// What scenarios do with playing videos. The functions that run inside the page are given as text: its policy forbids scripts from elsewhere.
import { readFileSync } from 'node:fs';

const reader = readFileSync(new URL('../../stamp.mjs', import.meta.url), 'utf8').replaceAll(/^export /gm, '');

/** Waits for a picture in each video that the selector finds (in shadow roots too) and returns their number. */
export async function playing(page, selector, count = 1, timeout = 20_000) {
  await page.waitForFunction(
    ([s, n]) => {
      const all = [...document.querySelectorAll(s)].map((e) => e.video ?? e);
      return all.length >= n && all.slice(0, n).every((v) => v.videoWidth > 0 && v.currentTime > 0 && !v.paused);
    },
    [selector, count],
    { timeout },
  );
}

/**
 * Reads the stamps of each picture that a video shows for `ms`, beginning after `settle` ms. Returns for each picture shown: its number, when it was painted, when it was
 * shown (both Unix ms), and how many pictures had no readable stamp.
 */
export async function watch(page, selector, ms, settle = 2000) {
  await page.evaluate(`(() => { ${reader}\n window.readStamp = readStamp; window.stampArea = stampArea; })()`);
  return page.evaluate(
    async ([selector, ms, settle]) => {
      const found = document.querySelector(selector);
      const video = found.video ?? found;
      const canvas = document.createElement('canvas');
      const g = canvas.getContext('2d', { willReadFrequently: true });
      const shown = [];
      let unreadable = 0;
      await new Promise((done) => setTimeout(done, settle));
      const until = performance.now() + ms;
      await new Promise((done) => {
        const onFrame = (_now, m) => {
          // The picture that this callback is about is the one in the element now; it is on the screen at expectedDisplayTime.
          const at = Date.now() + (m.expectedDisplayTime - performance.now());
          const area = stampArea(m.width, m.height);
          if (canvas.width !== area.width || canvas.height !== area.height) {
            canvas.width = area.width;
            canvas.height = area.height;
          }
          g.drawImage(video, 0, 0);
          const s = readStamp(g.getImageData(0, 0, area.width, area.height), m.width, m.height);
          if (s.ok) shown.push([s.frame, s.micros / 1000, at]);
          else unreadable++;
          if (performance.now() < until) video.requestVideoFrameCallback(onFrame);
          else done();
        };
        video.requestVideoFrameCallback(onFrame);
        setTimeout(done, ms + 5000);
      });
      return { shown, unreadable, width: video.videoWidth, height: video.videoHeight };
    },
    [selector, ms, settle],
  );
}

const quantile = (sorted, p) => sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(p * sorted.length) - 1))] ?? null;

/** Sums up what {@link watch} saw. */
export function summary({ shown, unreadable, width, height }) {
  const latencies = shown.map(([, painted, at]) => at - painted).sort((a, b) => a - b);
  let backwards = 0;
  let skipped = 0;
  let longestMS = 0;
  for (let i = 1; i < shown.length; i++) {
    const step = shown[i][0] - shown[i - 1][0];
    if (step < 0) backwards++;
    if (step > 1) skipped += step - 1;
    longestMS = Math.max(longestMS, shown[i][2] - shown[i - 1][2]);
  }
  return {
    pictures: shown.length,
    unreadable,
    width,
    height,
    first: shown[0]?.[0] ?? null,
    last: shown.at(-1)?.[0] ?? null,
    backwards,
    skipped,
    longest_ms: Math.round(longestMS),
    p50_ms: quantile(latencies, 0.5),
    p95_ms: quantile(latencies, 0.95),
    max_ms: latencies.at(-1) ?? null,
  };
}
