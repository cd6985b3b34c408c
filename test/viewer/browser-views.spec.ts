import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { Page } from 'playwright-core';
import { assets } from '../../src/viewer/assets.generated.js';
import { fillMany, fillOffice } from './support/history.js';
import { hasChromium, inBrowser } from './support/in-browser.js';
import { openSite, type Site } from './support/site.js';
import { axe, overhang, screenshot } from './support/visit.js';

let site: Site;
let approved: string;
const work = mkdtempSync(join(tmpdir(), 'viewer-'));
const MANY = 10_000;
beforeAll(async () => {
  if (!hasChromium) return;
  site = await openSite();
  await fillOffice(site.audit, site.log.pool);
  await fillMany(site.log.pool, 'many', MANY);
  await site.audit.flush();
  const { entries } = await site.audit.query.find({ tenant: 'acme', resource: { type: 'Invoice', id: 'inv-42' } });
  approved = entries[0]?.id ?? '';
}, 120_000);
afterAll(async () => {
  rmSync(work, { recursive: true });
  await site?.close();
});

const at = (path: string): string => site.base + path;
/** Each view, and what is there when it is whole. */
const VIEWS: Readonly<Record<string, readonly [path: () => string, ready: string, user?: string]>> = {
  timeline: [() => '?tenant=acme', '.facet-value'],
  filtered: [() => '?tenant=acme&action=invoice.*&outcome=denied', 'tr.row'],
  'all tenants': [() => '?allTenants=true', 'tr.row'],
  entry: [() => `entry/${approved}?tenant=acme`, '.seal-verdict[data-verdict]'],
  record: [() => 'record/Invoice/inv-42?tenant=acme', 'table.record-state'],
  actor: [() => 'actor/u-ada?tenant=acme', '.told'],
  overview: [() => 'overview?tenant=acme&hours=168', '.uplot, .chart'],
  access: [() => 'access?tenant=acme', 'tr.row', 'guard'],
  'nothing found': [() => '?tenant=acme&actor=nobody', '.empty'],
  nowhere: [() => 'entry/none?tenant=acme', '.failure'],
  verify: [() => 'verify.html', '.check-drop'],
};

inBrowser('every view', (open) => {
  const ready = async (page: Page, name: string): Promise<void> => {
    const [path, selector] = VIEWS[name] ?? [() => '', 'body'];
    await page.goto(at(path()));
    await page.waitForSelector(selector);
    await page.waitForFunction(() => document.querySelector('.loading') === null);
  };

  it.each(Object.keys(VIEWS))(
    '%s: light, dark and narrow, and nothing that axe finds',
    async (name) => {
      const user = VIEWS[name]?.[2] ?? 'root';
      for (const theme of ['light', 'dark'] as const) {
        const { page, mayFail } = await open({ user, theme });
        if (name === 'nowhere') mayFail();
        await ready(page, name);
        expect(await axe(page)).toEqual([]);
        expect(await overhang(page)).toEqual([]);
        await screenshot(page, `${name}-${theme}`, name !== 'timeline' && name !== 'all tenants');
        await page.setViewportSize({ width: 390, height: 844 });
        await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))); // what is measured in one is drawn in the next
        expect(await overhang(page)).toEqual([]);
        if (theme === 'light') {
          expect(await axe(page)).toEqual([]);
          await screenshot(page, `${name}-narrow`);
        }
      }
    },
    120_000,
  );

  it('what opens over it: the keys, the filters, the columns, the range, the export', async () => {
    const { page } = await open({ user: 'root', theme: 'dark' });
    await ready(page, 'timeline');
    for (const name of ['Filters', 'View', 'All time', 'Export', 'Link']) {
      await page.getByRole('button', { name, exact: true }).first().click();
      await page.waitForSelector('.popover:not([hidden])');
      if (name === 'Filters' || name === 'Export') expect(await axe(page)).toEqual([]);
      expect(await overhang(page)).toEqual([]);
      await screenshot(page, `menu-${name.toLowerCase().replace(' ', '-')}`);
      await page.keyboard.press('Escape');
      await page.waitForFunction(() => document.querySelector('.popover:not([hidden])') === null);
    }
    await page.keyboard.press('?');
    await page.waitForSelector('dialog[open]');
    expect(await axe(page)).toEqual([]);
    await screenshot(page, 'keys');
  }, 60_000);

  it('is printed with its filter, zone and verdict on each page', async () => {
    const { page } = await open({ user: 'root' });
    for (const name of ['filtered', 'entry', 'record', 'overview']) {
      await ready(page, name);
      const pdf = await page.pdf({ format: 'A4' });
      expect(pdf.subarray(0, 5).toString()).toBe('%PDF-');
      await page.emulateMedia({ media: 'print' });
      const head = await page.innerText('.print-head');
      expect(head).toMatch(/acme[^]*Europe\/Berlin[^]*printed/);
      if (name === 'filtered') expect(head).toMatch(/Action: invoice\.\*[^]*Outcome: denied/);
      await screenshot(page, `print-${name}`, true);
      await page.emulateMedia({ media: null });
    }
  }, 60_000);

  it('a theme that is chosen stays', async () => {
    const { page } = await open({ user: 'root', theme: 'light' });
    await ready(page, 'filtered');
    const background = (): Promise<string> => page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor); // prettier-ignore
    const light = await background();
    await page.getByTitle('Theme').click();
    await page.getByTitle('Theme: Light').click();
    await page.getByTitle('Theme: Dark').waitFor();
    await page.reload();
    await page.waitForSelector('tr.row');
    expect(await background()).not.toBe(light);
  }, 60_000);

  it('10,000 rows are scrolled through, and few of them are in the document', async () => {
    const { page } = await open({ user: 'root' });
    await page.goto(at('?tenant=many'));
    await page.waitForSelector('tr.row');
    let most = 0;
    const shown = async (): Promise<void> => void (most = Math.max(most, await page.locator('tr.row').count()));
    for (let loaded = 0; loaded < MANY;) {
      await page.evaluate(() => window.scrollTo(0, document.body.scrollHeight));
      await page.waitForFunction((before) => Number(document.querySelector('table.entries')?.getAttribute('aria-rowcount')) > before + 1 || document.body.innerText.includes('That is all there is.'), loaded); // prettier-ignore
      loaded = Number(await page.getAttribute('table.entries', 'aria-rowcount')) - 1;
      await shown();
    }
    expect(most).toBeLessThan(120);
    expect(await overhang(page)).toEqual([]);
    await page.evaluate(() => window.scrollTo(0, document.body.scrollHeight / 2));
    await page.waitForFunction(() => Number(document.querySelector('tr.row')?.getAttribute('aria-rowindex')) > 4_000);
    await shown();
    expect(most).toBeLessThan(120);
    // Rows that are seen, not the space for others.
    await page.waitForFunction(() => document.elementFromPoint(600, 500)?.closest('tr.row') !== null);
    await screenshot(page, 'many');
  }, 120_000);
});

inBrowser('records, actors, the overview, the doors', (open) => {
  it('a record at any version, two of them compared, and who set what', async () => {
    const { page } = await open({ user: 'root' });
    await page.goto(at('record/Invoice/inv-42?tenant=acme'));
    await page.waitForSelector('input[type=range]');
    const state = page.locator('table.record-state');
    const line = async (field: string): Promise<string> => (await state.locator('tr', { hasText: field }).first().innerText()).replace(/\s+/g, ' '); // prettier-ignore
    expect(await line('status')).toMatch(/APPROVED barbara@example\.test/);
    expect(await line('total')).toMatch(/edsger@example\.test/);
    await page.locator('input[type=range]').fill('1');
    await page.waitForURL(/at=/);
    await page.waitForFunction(() => document.querySelector('.slider-told')?.textContent?.startsWith('Version 2 of 5'));
    expect(await line('status')).toMatch(/DRAFT ada@example\.test/);
    const [from, to] = [page.locator('.compare-choice select').first(), page.locator('.compare-choice select').last()];
    await from.selectOption({ index: 1 });
    await page.waitForURL(/a=/);
    await to.selectOption({ index: 4 });
    const diff = page.locator('.panel, .card', { has: page.locator('.compare-choice') }).last();
    await page.waitForFunction(() => document.body.innerText.includes('Two versions compared'));
    expect(await diff.innerText()).toMatch(/status[^]*DRAFT[^]*APPROVED/);
    const link = page.url();
    await page.goto('about:blank');
    await page.goto(link);
    await page.waitForSelector('.compare-choice');
    expect(await page.locator('.slider-told').innerText()).toMatch(/^Version 2 of 5/);
    await screenshot(page, 'record-compared', true);
  }, 60_000);

  it('an actor: what they did, what failed, when, and from where', async () => {
    const { page } = await open({ user: 'root' });
    await page.goto(at('actor/u-ada?tenant=acme'));
    await page.waitForSelector('.told');
    const text = await page.innerText('main');
    for (const said of ['ada@example.test', 'What failed or was refused', 'When they act', 'From where', '203.0.113.', 'What they did']) expect(text).toContain(said); // prettier-ignore
    await page.getByRole('link', { name: '203.0.113.0' }).click();
    await page.waitForURL(/address=203/);
    await page.waitForSelector('tr.row');
  }, 60_000);

  it('the overview counts the hours, and has the whole log verified', async () => {
    const { page } = await open({ user: 'root' });
    await page.goto(at('overview?tenant=acme'));
    await page.waitForFunction(() => document.querySelector('.loading') === null);
    await page.getByRole('button', { name: '7 days' }).click();
    await page.waitForURL(/hours=168/);
    await page.getByText('As a table').first().click();
    await page.getByRole('button', { name: 'Verify now' }).click();
    await page.getByText(/entries in \d+ chains?/).waitFor({ timeout: 60_000 });
    expect(await page.innerText('.verify')).toMatch(/Verified/);
    await page.waitForFunction(
      () => document.querySelector<HTMLElement>('.status')?.innerText.startsWith('Verified'),
      undefined,
      { timeout: 40_000 },
    ); // as soon as its entry is sealed
    expect(await axe(page)).toEqual([]);
    await screenshot(page, 'overview-verified', true);
  }, 90_000);

  it('whoever may see the doors alone sees the doors, and nothing else', async () => {
    const { page } = await open({ user: 'guard' });
    await page.goto(site.base);
    await page.waitForSelector('tr.row');
    expect(await page.innerText('h1')).toBe('Access log');
    expect(await page.locator('nav a').count()).toBe(1);
    expect(await page.innerText('table.entries')).toContain('B AX 100');
    await page.goto(at('?tenant=acme&action=access.denied'));
    await page.waitForSelector('tr.row');
    await page.locator('tr.row a').first().click();
    await page.waitForURL(/entry\//);
    await page.waitForSelector('.seal-verdict[data-verdict]');
  }, 60_000);

  it('<audit-timeline> in a page of the application', async () => {
    const { page } = await open({ user: 'ann' });
    await page.goto(new URL('/invoices/42', site.base).href);
    const element = page.locator('audit-timeline');
    await element.locator('tr.row').first().waitFor();
    expect(await element.locator('tr.row').count()).toBe(5);
    expect(await axe(page)).toEqual([]);
    await screenshot(page, 'element');
    await element.locator('tr.row a').first().click();
    await page.waitForURL(/\/audit\/entry\//);
    await page.waitForSelector('.seal-verdict[data-verdict]');
  }, 60_000);

  it('verify.html checks a proof folder from a disk', async () => {
    const asked = { headers: { 'x-user': 'root', 'x-audit-viewer': '1' } };
    let answer = await fetch(at(`api/entries/${approved}/proof?tenant=acme`), asked);
    for (; answer.status === 409; await new Promise((resolve) => setTimeout(resolve, 300)))
      answer = await fetch(at(`api/entries/${approved}/proof?tenant=acme`), asked);
    const { files } = (await answer.json()) as { files: Record<string, string> };
    const folder = mkdtempSync(join(work, 'proof-'));
    for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), Buffer.from(text, 'base64'));
    const file = join(work, 'verify.html');
    writeFileSync(file, assets['verify.html']?.body ?? '');
    const { page } = await open();
    await page.goto(pathToFileURL(file).href);
    await page.setInputFiles('input[name=folder]', folder);
    await page.getByText('INCOMPLETE').waitFor();
    await page.fill('.seal-keys input', await site.vkey());
    await page.getByRole('button', { name: 'Trust this key' }).click();
    await page.getByText('VERIFIED').waitFor();
    await screenshot(page, 'verify-verified', true);
    const leaf = join(folder, 'data.bytes');
    writeFileSync(leaf, readFileSync(leaf, 'utf8').replace('CHECKED', 'CHECKEX'));
    await page.setInputFiles('input[name=folder]', folder);
    await page.getByText('TAMPERED').waitFor();
    expect(await axe(page)).toEqual([]);
    await screenshot(page, 'verify-tampered', true);
  }, 60_000);
});
