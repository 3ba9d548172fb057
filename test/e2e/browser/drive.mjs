// Runs one scenario in a fresh Chromium and prints what it found as JSON: `node drive.mjs NAME PARAMETERS`. Parameters (JSON): base, artifacts, play (ms),
// chromium, and what the scenario asks for. Everything but the findings goes to stderr.
import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const require = createRequire(new URL('../../../web/package.json', import.meta.url));
const { chromium } = require('playwright-core');

const [name, text] = process.argv.slice(2);
const params = JSON.parse(text ?? '{}');
const { default: scenario, viewport = { width: 1440, height: 900 } } = await import(`./scenarios/${name}.mjs`);

const profile = mkdtempSync(join(tmpdir(), 'vantage-e2e-'));
const context = await chromium.launchPersistentContext(profile, {
  executablePath: params.chromium,
  headless: false, // the first flag is the new headless mode, which plays as a window does
  viewport,
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
    '--use-fake-device-for-media-stream',
    '--use-fake-ui-for-media-stream',
  ],
});

const complaints = [];

/** Opens a page whose errors fail the scenario. */
async function open(path) {
  const page = await context.newPage();
  page.on('pageerror', (err) => complaints.push(`${path}: ${err.message}`));
  page.on('console', (m) => {
    // Refused requests are the subject of some scenarios; the page says so in words, which is what they look at.
    if (m.type() === 'error' && !/Failed to load resource/.test(m.text())) complaints.push(`${path}: ${m.text()}`);
  });
  await page.goto(params.base + path);
  return page;
}

const shot = (page, file) => page.screenshot({ path: join(params.artifacts, `${file}.png`) });

let status = 0;
try {
  const found = await scenario({ open, shot, params, context });
  if (complaints.length > 0) throw new Error(complaints.join('\n'));
  process.stdout.write(JSON.stringify(found ?? {}));
} catch (err) {
  status = 1;
  console.error(err?.stack ?? err);
  if (complaints.length > 0) console.error(`the pages complained:\n${complaints.join('\n')}`);
  for (const [i, page] of context.pages().entries()) await page.screenshot({ path: join(params.artifacts, `failed-${i}.png`) }).catch(() => {});
}
await context.close();
rmSync(profile, { recursive: true, force: true });
process.exit(status);
