import { playing, summary, watch } from '../measure.mjs';

// The wall shows every camera, live and moving; its keys work.
export default async function ({ open, shot, params }) {
  const page = await open('/');
  await page.waitForSelector('.tile');
  await playing(page, '.tile video', params.cameras.length);
  const tiles = {};
  for (const name of params.cameras) {
    const tile = `[data-stream="${name}"]`;
    const seen = summary(await watch(page, `${tile} video`, 3000, 500));
    tiles[name] = { ...seen, words: await page.innerText(`${tile} footer`) };
  }
  // Words follow the statistics, which take two samples.
  await page.waitForFunction(() => [...document.querySelectorAll('.tile footer')].every((f) => /fps/.test(f.textContent)));
  await shot(page, 'wall');

  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('ArrowRight');
  const second = await page.getAttribute('.tile.selected', 'data-stream');
  await page.keyboard.press('/');
  await page.keyboard.type(params.cameras[2]);
  await page.waitForFunction(() => document.querySelectorAll('.tile').length === 1);
  await page.keyboard.press('Enter');
  await page.keyboard.press('Enter');
  await page.waitForURL(`**/s/${params.cameras[2]}`);
  await playing(page, '.stage video');
  await page.keyboard.press('Escape');
  await page.waitForSelector('.tile');

  // On a phone nothing is cut off sideways.
  await page.setViewportSize({ width: 390, height: 844 });
  await playing(page, '.tile video', 1);
  const overhang = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  await shot(page, 'wall-phone');
  return { tiles, second, overhang };
}
