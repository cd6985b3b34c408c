import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { Page } from 'playwright-core';
import { newContext } from '../../src/context/index.js';
import { ADA, fillOffice, GROUP } from './support/history.js';
import { hasChromium, inBrowser } from './support/in-browser.js';
import { openSite, type Site } from './support/site.js';
import type { Visit } from './support/visit.js';

let site: Site;
let approved: string;
beforeAll(async () => {
  if (!hasChromium) return;
  site = await openSite();
  await fillOffice(site.audit, site.log.pool);
  const { entries } = await site.audit.query.find({ tenant: 'acme', resource: { type: 'Invoice', id: 'inv-42' } });
  approved = entries[0]?.id ?? '';
}, 120_000);
afterAll(() => site?.close());

const at = (path: string): string => site.base + path;
const texts = (page: Page, selector: string): Promise<string[]> => page.locator(selector).allInnerTexts();
const rows = (page: Page): Promise<number> => page.locator('tr.row').count();
/** What the server answers to the same reader. */
const asked = async (path: string): Promise<Response> => await fetch(at(`api/${path}`), { headers: { 'x-user': 'root', 'x-audit-viewer': '1' } }); // prettier-ignore

inBrowser('the timeline', (open) => {
  const timeline = async (query = '?tenant=acme', options = {}): Promise<Visit> => {
    const opened = await open({ user: 'root', ...options });
    await opened.page.goto(at(query));
    await opened.page.waitForSelector('tr.row');
    return opened;
  };
  const filter = async (page: Page, text: string): Promise<void> => {
    await page.fill('.filter-input', text);
    await page.press('.filter-input', 'Enter');
  };

  it('keeps its filters in the address: back, forward, and for whoever gets the link', async () => {
    const { page, context } = await timeline();
    await context.grantPermissions(['clipboard-read', 'clipboard-write']);
    const all = await page.innerText('.bar-count');
    await filter(page, 'action:invoice.*');
    await page.waitForURL(/action=invoice/);
    await filter(page, 'outcome:denied');
    await page.waitForURL(/outcome=denied/);
    await page.waitForFunction(() => [...document.querySelectorAll('tr.row .cell-outcome')].every((cell) => cell.textContent?.includes('denied'))); // prettier-ignore
    expect((await texts(page, '.chip')).map((text) => text.replace(/\s+/g, ' ').replace(/ ?×/, ''))).toEqual(['Action invoice.*', 'Outcome denied']); // prettier-ignore
    await page.goBack();
    await page.waitForFunction(() => document.querySelectorAll('.chip').length === 1);
    await page.goForward();
    await page.waitForFunction(() => document.querySelectorAll('.chip').length === 2);
    const shown = await texts(page, 'tr.row .cell-time');
    expect(shown.length).toBeGreaterThan(0);
    await page.getByRole('button', { name: 'Link', exact: true }).click();
    await page.getByRole('button', { name: 'Copy a link that shows the same tomorrow' }).click();
    await page.getByText('Copied.').waitFor();
    const link = await page.evaluate(() => navigator.clipboard.readText());
    // Somebody else, elsewhere: the zone belongs to what is seen.
    const other = await open({ user: 'ann', zone: 'Asia/Tokyo' });
    await other.page.goto(link);
    await other.page.waitForSelector('tr.row');
    expect(await texts(other.page, 'tr.row .cell-time')).toEqual(shown);
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Clear', exact: true }).click();
    await page.waitForFunction((text) => document.querySelector('.bar-count')?.textContent === text, all);
  }, 60_000);

  it('narrows by a facet, whose counts are those of the server', async () => {
    const { page } = await timeline();
    const answer = (await (await asked('facets?tenant=acme')).json()) as { outcome: { value: string; count: number }[] }; // prettier-ignore
    const denied = answer.outcome.find(({ value }) => value === 'denied')?.count ?? 0;
    const value = page.locator('.facet-value', { hasText: 'denied' }).first();
    expect(await value.locator('.facet-count').innerText()).toBe(String(denied));
    await value.click();
    await page.waitForURL(/outcome=denied/);
    await page.waitForFunction(
      (text) => document.querySelector('.bar-count')?.textContent === text,
      `${denied} entries`,
    );
    expect(await rows(page)).toBeGreaterThan(0);
    await page.locator('.facet-value[aria-pressed=true]').first().click();
    await page.waitForFunction(() => document.querySelector('.chip') === null);
  }, 60_000);

  it('shows its times in a zone that is chosen, and says which', async () => {
    const { page } = await timeline();
    const [berlin] = await texts(page, 'tr.row .cell-time');
    expect(await page.innerText('.zone-said')).toMatch(/\+0[12]:00|UTC\+[12]/);
    await page.selectOption('.choice-zone select', 'Asia/Tokyo');
    await page.waitForURL(/zone=Asia/);
    await page.waitForFunction((text) => document.querySelector<HTMLElement>('tr.row .cell-time')?.innerText !== text, berlin); // prettier-ignore
    expect(await page.innerText('.zone-said')).toContain('9');
    await page.reload();
    await page.waitForSelector('tr.row');
    expect(await page.inputValue('.choice-zone select')).toBe('Asia/Tokyo');
  }, 60_000);

  it('looks for text in what is loaded, has other columns, closer rows, and the oldest first', async () => {
    const { page } = await timeline('?tenant=acme&action=report.*');
    await filter(page, 'as usual');
    await page.waitForURL(/q=as/);
    await page.goto(at('?tenant=acme&cols=action,seq&density=compact&order=oldest'));
    await page.waitForSelector('tr.row');
    expect((await texts(page, 'thead th')).slice(1).map((text) => text.toLowerCase())).toEqual(['action', 'seq']);
    const seqs = (await texts(page, 'tr.row .cell-seq')).map(Number);
    expect(seqs.slice(0, 3)).toEqual([1, 2, 3]);
    expect(await page.locator('.list-compact').count()).toBe(1);
    await page.getByRole('button', { name: 'View' }).click();
    await page.getByLabel('Address', { exact: true }).check();
    await page.waitForURL(/address/);
    expect(await page.locator('thead th').count()).toBe(4);
  }, 60_000);

  it('follows the log live, without a hole, also when the connection breaks', async () => {
    const told = (n: number): void =>
      void site.audit.record({ action: 'live.thing', details: { n } }, { context: newContext({ actor: ADA, tenant: 'live' }) }); // prettier-ignore
    told(0);
    await site.audit.flush();
    const { page, mayFail } = await timeline('?tenant=live&action=live.*');
    mayFail();
    await page.getByRole('button', { name: 'Live', exact: true }).click();
    await page.waitForSelector('.tail-live');
    for (let n = 1; n <= 20; n += 1) told(n);
    await page.waitForFunction(() => document.querySelectorAll('tr.row').length === 21);
    site.cut();
    for (let n = 21; n <= 40; n += 1) told(n);
    await site.audit.flush();
    await page.waitForFunction(() => document.querySelectorAll('tr.row').length === 41);
    const said = await texts(page, 'tr.row .cell-change');
    expect(said.map((text) => Number(/\d+/.exec(text)?.[0]))).toEqual(Array.from({ length: 41 }, (_, n) => 40 - n));
  }, 60_000);

  it.each(['CSV', 'NDJSON'])(
    'exports what is filtered as %s, and it is what the API exports',
    async (format) => {
      const { page } = await timeline('?tenant=acme&action=invoice.*&outcome=denied');
      const count = await page.innerText('.bar-count');
      await page.getByRole('button', { name: 'Export' }).click();
      const [download] = await Promise.all([
        page.waitForEvent('download'),
        page.getByRole('button', { name: format }).first().click(),
      ]);
      expect(download.suggestedFilename()).toMatch(new RegExp(`^audit-acme-.*\\.${format.toLowerCase()}$`));
      const file = readFileSync(await download.path(), 'utf8');
      const answer = await asked(`export?tenant=acme&action=invoice.*&outcome=denied&format=${format.toLowerCase()}`);
      expect(file).toBe(new TextDecoder('utf-8', { ignoreBOM: true }).decode(await answer.arrayBuffer()));
      await page.getByText(`Saved: ${count}`).waitFor();
    },
    60_000,
  );
});

inBrowser('an entry', (open) => {
  const entry = async (id = approved, user = 'root'): Promise<Visit> => {
    const opened = await open({ user });
    await opened.page.goto(at(`entry/${id}?tenant=acme`));
    await opened.page.waitForSelector('.seal-verdict[data-verdict]');
    return opened;
  };

  it('is told in a sentence, with how that is known, what changed, its unit of work and its bytes', async () => {
    const { page } = await entry();
    expect(await page.innerText('h1')).toBe('barbara@example.test (clerk) changed Invoice inv-42: status from CHECKED to APPROVED and meta; 2 rows changed in the same request'); // prettier-ignore
    expect(await page.innerText('.entry-aside')).toContain('Captured by a trigger of the database');
    const diff = page.locator('table.diff').first();
    expect(await diff.innerText()).toMatch(/status[^]*CHECKED[^]*APPROVED/);
    await page.getByRole('heading', { name: 'In the same request', exact: true }).waitFor();
    expect(await page.locator('.panel, .card', { has: page.getByRole('heading', { name: 'In the same request', exact: true }) }).last().innerText()).toContain('Customer c-7'); // prettier-ignore
    await page.getByText(/^Section data/).click();
    expect(await page.locator('.raw[open]').innerText()).toContain('APPROVED');
    await page.getByText('What was computed').click();
    expect(await page.locator('[data-step]').count()).toBe(6);
    await page.getByText('fields did not change').click();
    await page.getByRole('button', { name: 'Show those before and after' }).click();
    await page.getByText('this entry').first().waitFor();
    await page.getByRole('button', { name: 'Write the call' }).click();
    // It knows no models: it says why there is no call.
    await page
      .getByText(/There is no such call|inv-42.*DRAFT|update\(/)
      .first()
      .waitFor();
    await page.getByRole('link', { name: 'As a list' }).first().click();
    await page.waitForURL(new RegExp(`group=${GROUP}`));
    await page.waitForFunction(() => document.querySelectorAll('tr.row').length === 2);
  }, 60_000);

  it('matches its seal, and is proven up to a signature by a key that was pasted', async () => {
    const { page, mayFail } = await entry();
    expect(await page.innerText('.seal-verdict')).toContain('Matches its seal');
    mayFail(); // a checkpoint that is not there yet is a 409
    const line = page.locator('.seal-line');
    await page.getByRole('button', { name: 'Prove it up to a signature' }).click();
    while (!(await line.isVisible())) {
      await page.waitForFunction(() => document.querySelector('.seal-line, .seal-note, .failure') !== null);
      if (!(await line.isVisible())) await page.locator('.seal-acts .button').click();
      await page.waitForTimeout(300);
    }
    expect(await line.innerText()).toContain('a key that this server supplied, which proves nothing');
    await page.fill('.seal-keys input', await site.vkey());
    await page.getByRole('button', { name: 'Trust this key' }).click();
    await page.waitForSelector('.seal-line[data-verdict=ok]');
    expect(await line.innerText()).toMatch(
      /In checkpoint \d+ of example\.com\/test.*signed by .*a key that you trust/s,
    );
  }, 60_000);

  it('is reached, read and left by the keyboard alone', async () => {
    const { page } = await open({ user: 'root' });
    await page.goto(at('?tenant=acme&resource=Invoice:inv-42'));
    await page.waitForSelector('tr.row');
    await page.keyboard.press('?');
    await page.waitForSelector('dialog[open]');
    await page.keyboard.press('Escape');
    await page.waitForSelector('dialog[open]', { state: 'detached' });
    await page.keyboard.press('j');
    await page.keyboard.press('j');
    await page.waitForSelector('tr.row-chosen');
    await page.keyboard.press('Enter');
    await page.waitForURL(/entry\//);
    await page.waitForSelector('.seal-verdict[data-verdict]');
    const [, second] = page.url().match(/entry\/([\w-]+)/) ?? [];
    await page.keyboard.press('k');
    await page.waitForFunction((id) => !location.href.includes(String(id)), second);
    await page.waitForSelector('.seal-verdict[data-verdict]');
    await page.keyboard.press('j');
    await page.waitForFunction((id) => location.href.includes(String(id)), second);
    await page.waitForSelector('.seal-verdict[data-verdict]');
    await page.keyboard.press('r');
    await page.waitForURL(/record\/Invoice\/inv-42/);
    await page.waitForSelector('input[type=range]');
    const place = await page.innerText('.slider-told .dim');
    await page.keyboard.press('ArrowLeft');
    await page.waitForFunction((text) => document.querySelector('.slider-told .dim')?.textContent !== text, place);
    await page.goBack();
    await page.waitForURL(/entry\//);
    await page.waitForSelector('.seal-verdict[data-verdict]');
    await page.keyboard.press('Escape');
    await page.waitForSelector('tr.row-chosen');
    // The list is where it was left, and Tab comes to it.
    expect(await page.getAttribute('tr.row-chosen', 'data-id')).toBe(second);
    await page.keyboard.press('/');
    await page.keyboard.type('outcome:success');
    await page.keyboard.press('Enter');
    await page.waitForURL(/outcome=success/);
    // Its suggestions first, then the input itself.
    await page.keyboard.press('Escape');
    await page.keyboard.press('Escape');
    await page.keyboard.press('2');
    await page.waitForURL(/overview/);
  }, 60_000);
});
