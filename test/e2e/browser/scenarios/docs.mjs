import { playing } from '../measure.mjs';

// The pictures of the documentation: the wall, the page of a stream with its overlay, the comparison, and the wall on a phone.
export const viewport = { width: 1280, height: 800 };

export default async function ({ open, shot, params }) {
  const wall = await open('/');
  await wall.waitForSelector('.tile');
  await playing(wall, '.tile video', params.streams.length);
  await wall.waitForFunction(
    (n) => [...document.querySelectorAll('.tile footer')].filter((f) => /bit\/s/.test(f.textContent)).length >= n,
    params.streams.length,
  );
  await wall.waitForTimeout(4000);
  await shot(wall, 'wall');
  await wall.setViewportSize({ width: 390, height: 780 });
  await wall.waitForTimeout(3000);
  await shot(wall, 'wall-phone');
  await wall.close();

  const page = await open(`/s/${params.stream}`);
  await playing(page, '.stage video');
  await page.click('role=button[name="ROI"]');
  await page.keyboard.press('h');
  await page.keyboard.press('b');
  await page.waitForFunction(() => document.querySelector('.stage canvas')?.dataset.plan, null, { timeout: 30_000 });
  await page.waitForTimeout(8000);
  await shot(page, 'stream');
  await page.keyboard.press('h');
  await page.keyboard.press('b');
  await page.keyboard.press('c');
  await playing(page, '.stage video', 2, 30_000);
  await page.waitForFunction(() => document.querySelector('[data-saving]')?.dataset.saving, null, { timeout: 30_000 });
  await page.waitForTimeout(params.settle);
  await shot(page, 'compare');
  return { saving: await page.evaluate(() => Number(document.querySelector('[data-saving]').dataset.saving)) };
}
