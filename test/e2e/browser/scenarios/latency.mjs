import { playing, summary, watch } from '../measure.mjs';

// Plays a rendition of a stamped camera and reads back what was shown.
export default async function ({ open, shot, params }) {
  const query = new URLSearchParams({ controls: '0', ...(params.rendition ? { rendition: params.rendition } : {}) });
  const page = await open(`/p/${params.stream}?${query}`);
  const stats = page.evaluate(
    () =>
      new Promise((done) => {
        window.lastStats = {};
        document.querySelector('vantage-player').addEventListener('stats', (e) => (window.lastStats = e.detail));
        done();
      }),
  );
  await playing(page, 'vantage-player');
  await stats;
  const seen = summary(await watch(page, 'vantage-player', params.play));
  await shot(page, `latency-${params.rendition || 'source'}`);
  const last = await page.evaluate(() => window.lastStats);
  return { ...seen, stats: last };
}
