import { playing, summary, watch } from '../measure.mjs';

// Adding a camera: a wrong address gets a verdict with a remedy; a right one is checked, named and added, and plays.
export default async function ({ open, shot, params }) {
  const page = await open('/');
  await page.waitForSelector('text=No cameras yet');
  const commands = await page.$$eval('code', (all) => all.map((e) => e.textContent));
  await shot(page, 'empty');
  await page.keyboard.press('a');
  await page.fill('[name=url]', params.wrong);
  await page.keyboard.press('Enter');
  await page.waitForSelector('.verdict, [role=alert]', { timeout: 30_000 });
  const wrong = await page.evaluate(() => ({
    broken: document.querySelector('.verdict')?.dataset.broken,
    words: (document.querySelector('.verdict') ?? document.querySelector('[role=alert]')).innerText,
  }));
  await shot(page, 'add-wrong');

  await page.fill('[name=url]', params.url);
  await page.keyboard.press('Enter');
  await page.waitForSelector('.verdict[data-broken=false]', { timeout: 30_000 });
  const verdict = await page.innerText('.verdict');
  const suggested = await page.inputValue('[name=name]');
  await shot(page, 'add');
  await page.fill('[name=name]', params.name);
  await page.click('role=button[name="Add"]');
  await page.waitForURL(`**/s/${params.name}`, { timeout: 20_000 });
  await playing(page, '.stage video');
  const seen = summary(await watch(page, '.stage video', 2000, 500));

  await page.click('role=button[name="Remove"]');
  await page.click('dialog[open] >> role=button[name="Remove"]');
  await page.waitForURL((u) => u.pathname === '/');
  await page.waitForSelector('text=No cameras yet');
  return { commands, wrong, verdict, suggested, seen };
}
