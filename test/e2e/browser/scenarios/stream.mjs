import { playing, summary, watch } from '../measure.mjs';

// The page of a stream: renditions, statistics, overlay, comparison under a slider and side by side, saving.
export default async function ({ open, shot, params }) {
  const page = await open(`/s/${params.stream}`);
  await playing(page, '.stage video');
  await page.waitForFunction(() => /\d/.test(document.querySelector('[data-stat="Frame rate"]')?.textContent ?? ''));
  const stats = await page.evaluate(() =>
    Object.fromEntries([...document.querySelectorAll('[data-stat]')].map((e) => [e.dataset.stat, e.textContent.trim()])),
  );

  await page.click('role=button[name="ROI"]');
  await page.waitForTimeout(1000);
  await playing(page, '.stage video');
  const roi = summary(await watch(page, '.stage video', 3000, 2500));

  // The overlay has a plan, and draws on the picture.
  await page.keyboard.press('h');
  await page.keyboard.press('b');
  await page.waitForFunction(() => document.querySelector('.stage canvas')?.dataset.plan, null, { timeout: 15_000 });
  await page.waitForTimeout(2000);
  const drawn = await page.evaluate(() => {
    const c = document.querySelector('.stage canvas');
    const data = c.getContext('2d').getImageData(0, 0, c.width, c.height).data;
    let n = 0;
    for (let i = 3; i < data.length; i += 4) if (data[i] > 0) n++;
    return n / (c.width * c.height);
  });
  await shot(page, 'overlay');
  await page.keyboard.press('h');
  await page.keyboard.press('b');

  // Compare: wipe, then side by side.
  await page.keyboard.press('c');
  await playing(page, '.stage video', 2);
  await page.waitForFunction(() => document.querySelector('[data-saving]')?.dataset.saving, null, { timeout: 30_000 });
  await page.waitForTimeout(params.settle);
  const read = () =>
    page.evaluate(() => ({
      saving: Number(document.querySelector('[data-saving]').dataset.saving),
      apart: document.querySelector('[data-apart]').dataset.apart,
      words: document.querySelector('[data-saving]').innerText,
    }));
  const wipe = await read();
  await shot(page, 'wipe');
  await page.keyboard.press('c');
  await playing(page, '.stage video', 2);
  await page.waitForFunction(() => document.querySelector('[data-saving]')?.dataset.saving, null, { timeout: 30_000 });
  await page.waitForTimeout(3000);
  const split = await read();
  await shot(page, 'split');
  await page.setViewportSize({ width: 390, height: 844 });
  await page.waitForTimeout(500);
  const overhang = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  await shot(page, 'split-phone');
  return { stats, roi, drawn, wipe, split, overhang };
}
