#!/usr/bin/env node
/**
 * Takes the pictures of the viewer that the README shows, light and dark:
 * `node examples/quickstart/run.mjs --keep`, and with the link that it prints `node scripts/picture.mjs LINK`.
 * It takes Chromium from CHROMIUM, else from where Debian has it.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { chromium } from 'playwright-core';
import { paletted } from './palette-png.mjs';

const [link] = process.argv.slice(2);
if (link === undefined) {
  console.error('usage: node scripts/picture.mjs LINK (which the quickstart prints with --keep, and which works once)');
  process.exit(2);
}

const browser = await chromium.launch({ executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium', args: ['--no-sandbox'] }); // prettier-ignore
try {
  const context = await browser.newContext({ viewport: { width: 1280, height: 720 }, deviceScaleFactor: 2 });
  const page = await context.newPage();
  await page.goto(link);
  await page.waitForSelector('.row');
  // A change with values on both sides tells most.
  await page.goto(new URL('?action=Invoice.update', page.url()).href);
  await page.waitForSelector('.row');
  await page.locator('.row', { hasText: '→' }).first().locator('.row-link').click();
  await page.waitForSelector('.seal-verdict[data-verdict]');
  await page.waitForLoadState('networkidle');
  await mkdir('docs/pictures', { recursive: true });
  for (const colorScheme of ['light', 'dark']) {
    await page.emulateMedia({ colorScheme });
    await writeFile(
      `docs/pictures/viewer-${colorScheme}.png`,
      paletted(await page.screenshot({ animations: 'disabled' })),
    );
  }
} finally {
  await browser.close();
}
