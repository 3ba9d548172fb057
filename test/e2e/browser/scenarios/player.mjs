import { playing, summary, watch } from '../measure.mjs';

// The embeddable page, a foreign page that uses the element, and a stream that does not exist.
export default async function ({ open, shot, params, context }) {
  const page = await open(`/p/${params.stream}`);
  await playing(page, 'vantage-player');
  const first = await page.evaluate(() =>
    performance
      .getEntriesByType('resource')
      .filter((r) => /\.(js|css|woff2)$/.test(r.name))
      .reduce((sum, r) => sum + r.encodedBodySize, 0),
  );
  const seen = summary(await watch(page, 'vantage-player', 2000, 500));
  await shot(page, 'player');

  // Another site, with an origin of its own, that loads player.js from the server.
  const guest = await context.newPage();
  await guest.goto(params.guest);
  await playing(guest, 'vantage-player');
  const embedded = await guest.evaluate(() => document.querySelector('vantage-player').state);

  const unknown = await open('/p/nobody-here');
  await unknown.waitForFunction(() =>
    document.querySelector('vantage-player')?.shadowRoot.querySelector('.words strong')?.textContent.includes('nobody-here'),
  );
  const words = await unknown.evaluate(() => document.querySelector('vantage-player').shadowRoot.querySelector('.words').innerText);
  await shot(unknown, 'player-unknown');
  const consoleUnknown = await open('/s/nobody-here');
  await consoleUnknown.waitForSelector('.said strong');
  const consoleWords = await consoleUnknown.innerText('.said');
  return { bytes: first, seen, embedded, words, consoleWords };
}
