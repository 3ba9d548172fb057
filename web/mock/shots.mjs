// Pictures of every page against the mock API, for looking at: `npm run shots [-- DIR]`.
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { createServer } from 'vite';

const out = process.argv[2] ?? '../test-results/shots';
const only = process.argv[3];
mkdirSync(out, { recursive: true });

const server = await createServer({ mode: 'mock', logLevel: 'error', server: { port: 0, host: '127.0.0.1' } });
await server.listen();
const base = server.resolvedUrls.local[0].replace(/\/$/, '');
const profile = mkdtempSync(join(tmpdir(), 'vantage-shots-'));
const context = await chromium.launchPersistentContext(profile, {
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  headless: false, // the flag below is the new headless mode
  viewport: { width: 1440, height: 900 },
  args: [
    '--headless=new',
    '--no-sandbox',
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
    '--autoplay-policy=no-user-gesture-required',
  ],
});

const sizes = { desktop: { width: 1440, height: 900 }, phone: { width: 390, height: 844 } };
const playing = (page) => page.waitForSelector('[data-state="playing"]', { timeout: 20_000 });

const shots = {
  wall: {
    path: '/',
    act: async (page) => {
      await playing(page);
      await page.waitForTimeout(3500);
      await page.keyboard.press('ArrowRight');
    },
  },
  empty: { path: '/?scene=empty' },
  stream: {
    path: '/s/junction',
    act: async (page) => {
      await playing(page);
      await page.waitForTimeout(6000);
    },
  },
  overlay: {
    path: '/s/junction',
    act: async (page) => {
      await playing(page);
      await page.keyboard.press('h');
      await page.keyboard.press('b');
      await page.waitForTimeout(2500);
    },
  },
  wipe: {
    path: '/s/junction',
    act: async (page) => {
      await playing(page);
      await page.keyboard.press('c');
      await page.waitForTimeout(9000);
    },
  },
  split: {
    path: '/s/junction',
    act: async (page) => {
      await playing(page);
      await page.keyboard.press('c');
      await page.keyboard.press('c');
      await page.waitForTimeout(8000);
    },
  },
  broken: { path: '/s/loading-dock', act: (page) => page.waitForTimeout(800) },
  unknown: { path: '/s/nobody', act: (page) => page.waitForTimeout(1500) },
  add: {
    path: '/add',
    act: async (page) => {
      await page.fill('[name=url]', 'rtsp://192.0.2.61/axis-media/media.amp');
      await page.keyboard.press('Enter');
      await page.waitForSelector('.verdict');
    },
  },
  wrong: {
    path: '/add',
    act: async (page) => {
      await page.fill('[name=url]', '192.0.2.61/wrong');
      await page.keyboard.press('Enter');
      await page.waitForSelector('.verdict');
    },
  },
  discover: {
    path: '/add',
    act: async (page) => {
      await page.click('text=On this network');
      await page.click('text=Choose');
      await page.click('text=Show streams');
      await page.waitForSelector('.profiles');
    },
  },
  sessions: { path: '/sessions', act: (page) => page.waitForTimeout(4500) },
  system: { path: '/system', act: (page) => page.waitForSelector('table') },
  help: { path: '/sessions', act: (page) => page.keyboard.press('?') },
  player: {
    path: '/p/gate-north',
    act: async (page) => {
      await playing(page);
      await page.hover('vantage-player');
      await page.waitForTimeout(500);
    },
  },
  'player-unknown': { path: '/p/nobody', act: (page) => page.waitForTimeout(1500) },
};

let failed = 0;
for (const [device, viewport] of Object.entries(sizes)) {
  for (const [name, shot] of Object.entries(shots)) {
    if (only && !only.split(',').includes(name)) continue;
    const page = await context.newPage();
    await page.setViewportSize(viewport);
    page.on('pageerror', (err) => {
      failed++;
      console.error(`${name} on ${device}: ${err}`);
    });
    page.on('console', (m) => m.type() === 'error' && !/status of (404|503)/.test(m.text()) && console.error(`${name} on ${device}: ${m.text()}`));
    try {
      await page.goto(base + shot.path);
      await page.waitForTimeout(400);
      await shot.act?.(page);
      await page.waitForTimeout(250);
    } catch (err) {
      failed++;
      console.error(`${name} on ${device}: ${err.message.split('\n')[0]}`);
    }
    await page.screenshot({ path: join(out, `${name}-${device}.png`) });
    await page.close();
  }
}
await context.close();
await server.close();
rmSync(profile, { recursive: true, force: true });
process.exit(failed ? 1 : 0);
