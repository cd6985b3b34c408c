import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { Page } from 'playwright-core';
import { fillHostile, fillTenants, HOSTILE } from './support/hostile-values.js';
import { hasChromium, inBrowser } from './support/in-browser.js';
import { openSite, type Site } from './support/site.js';
import { overhang, screenshot } from './support/visit.js';

const TENANTS = Array.from({ length: 300 }, (_, n) => (n === 7 ? HOSTILE.script : `tenant-${n}`));
let site: Site;
const ids = new Map<string, string>();
beforeAll(async () => {
  if (!hasChromium) return;
  site = await openSite();
  await fillHostile(site.audit, site.log.pool);
  await fillTenants(site.log.pool, TENANTS);
  await site.audit.flush();
  site.scopes.set('many', { tenants: TENANTS, actor: { id: 'many' } });
  const { entries } = await site.audit.query.find({ tenant: 'hostile', limit: 100 });
  for (const { action, resource, id } of entries) ids.set(action.startsWith('hostile.') ? action : (resource?.id ?? ''), id); // prettier-ignore
}, 120_000);
afterAll(() => site?.close());

const at = (path: string): string => site.base + path;
/** Text alone: nothing of what is stored became an element, or an address that runs. */
async function isText(page: Page): Promise<void> {
  const made = await page.evaluate(() => [...document.querySelectorAll('main :is(script, img, iframe, object, [onload], [onerror])')].map(({ outerHTML }) => outerHTML)); // prettier-ignore
  expect(made).toEqual([]);
  const links = await page.evaluate(() => [...document.querySelectorAll('a')].map(({ protocol }) => protocol));
  expect([...new Set(links)]).toEqual(['http:']);
  // oxlint-disable-next-line no-control-regex -- those are looked for
  const unseen = await page.evaluate(() => /.{0,30}[\u0000-\u0008\u000b\u000c\u000e-\u001f\u202a-\u202e\u2066-\u2069]/.exec(document.body.textContent ?? '')?.[0]); // prettier-ignore
  // What turns the line around, moves a cursor or is not seen stands there as what it is called.
  expect(unseen).toBeUndefined();
  expect(await overhang(page)).toEqual([]);
}

/** Folded parts are opened, until there are no more. */
async function openAll(page: Page): Promise<void> {
  await page.evaluate(async () => {
    for (let round = 0; round < 3; round += 1) {
      for (const each of document.querySelectorAll('details:not([open])')) (each as HTMLDetailsElement).open = true;
      await new Promise((done) => setTimeout(done, 50));
    }
  });
}

inBrowser('hostile values', (open) => {
  it.each([1280, 390])(
    'are text in the timeline, %i pixels wide, and none breaks it',
    async (width) => {
      const { page } = await open({ user: 'root', width });
      await page.goto(at('?tenant=hostile&cols=actor,action,resource,outcome,change,address,tenant')); // prettier-ignore
      await page.waitForSelector('tr.row');
      await isText(page);
      await screenshot(page, `hostile-timeline-${width}`);
      if (width === 390) return;
      await page.waitForSelector('.facet-value');
      expect(await page.innerText('.facets')).toContain('<script>');
      await page.fill('.filter-input', `actor:${HOSTILE.script}`);
      await page.press('.filter-input', 'Enter');
      await page.waitForURL(/actor=/);
      await page.waitForSelector('tr.row');
      expect(await page.innerText('.chip')).toContain('<script>alert(1)</script>');
      await isText(page);
    },
    60_000,
  );

  const ACTIONS = Object.keys(HOSTILE).map((name) => `hostile.${name}`);
  it.each([...ACTIONS, 'all'])(
    '%s: its page, its record and its actor',
    async (name) => {
      const { page } = await open({ user: 'root' });
      await page.goto(at(`entry/${ids.get(name)}?tenant=hostile`));
      await page.waitForSelector('.seal-verdict[data-verdict]');
      expect(await page.getAttribute('.seal-verdict', 'data-verdict')).toBe('ok');
      await openAll(page);
      await isText(page);
      if (name === 'all' || name === 'hostile.script') await screenshot(page, `hostile-${name}`, true);
      await page.setViewportSize({ width: 390, height: 844 });
      await isText(page);
      if (name === 'all') await screenshot(page, 'hostile-all-narrow');
      await page.setViewportSize({ width: 1280, height: 900 });
      for (const key of ['e', 'r']) {
        await page.keyboard.press(key);
        await page.waitForURL(key === 'e' ? /actor/ : /record/);
        await page.waitForSelector('main h1');
        await page.waitForFunction(() => document.querySelector('.loading') === null);
        await isText(page);
        await page.goBack();
        await page.waitForSelector('.seal-verdict[data-verdict]');
      }
    },
    60_000,
  );

  it.each(['megabyte', 'deep', 'fields'])(
    '%s: is shown in part, at once, and can be shown further',
    async (name) => {
      const { page } = await open({ user: 'root' });
      await page.goto(at(`entry/${ids.get(name)}?tenant=hostile`));
      await page.waitForSelector('.seal-verdict[data-verdict]');
      const verdict = await page.getAttribute('.seal-verdict', 'data-verdict');
      expect([name, verdict]).toEqual([name, 'ok']);
      await isText(page);
      const elements = (): Promise<number> => page.evaluate(() => document.querySelectorAll('*').length);
      expect(await elements()).toBeLessThan(3_000);
      await screenshot(page, `hostile-${name}`);
      await openAll(page);
      await page
        .locator('.more')
        .first()
        .click({ timeout: 5_000 })
        .catch(() => undefined); // where there is more
      await isText(page);
      expect(await elements()).toBeLessThan(12_000);
      // Entries that are too large for a list say so there, and nothing else.
      await page.goto(at(`record/Hostile/${name}?tenant=hostile`));
      await page.waitForSelector('main h1');
      await page.waitForFunction(() => document.querySelector('.loading') === null);
      await isText(page);
    },
    90_000,
  );

  it('300 tenants are chosen from', async () => {
    const { page } = await open({ user: 'many' });
    await page.goto(at('?tenant=tenant-3'));
    await page.waitForSelector('tr.row');
    const choice = page.locator('.top-tools .choice select').first();
    expect(await choice.locator('option').count()).toBe(300);
    await choice.selectOption(HOSTILE.script);
    await page.waitForURL(/script/);
    await page.waitForSelector('tr.row');
    await isText(page);
    await page.setViewportSize({ width: 390, height: 844 });
    await isText(page);
    await screenshot(page, 'tenants-narrow');
    const { page: all } = await open({ user: 'root' });
    await all.goto(at('?allTenants=true'));
    await all.waitForSelector('tr.row');
    await isText(all);
  }, 60_000);

  it('addresses that were never written by the page', async () => {
    const { page, mayFail } = await open({ user: 'root' });
    mayFail();
    const script = encodeURIComponent(HOSTILE.script);
    for (const path of [
      `?tenant=${script}&q=${script}&zone=${script}&cols=${script}&at=%00`,
      '?from=no&to=no&last=999999d&order=x',
      `entry/${script}?tenant=hostile`,
      `record/${script}/%E0%A4%A?tenant=hostile`,
      'actor/..%2f..%2f?tenant=hostile',
      `overview?hours=${script}&tenant=%FF`,
      `?tenant=hostile&severity=${script}&group=no`,
    ]) {
      // prettier-ignore
      const answer = await page.goto(at(path));
      expect([path, (answer?.status() ?? 0) < 500]).toEqual([path, true]);
      if (answer?.ok() !== true) continue;
      await page.waitForSelector('main');
      await page.waitForFunction(() => document.querySelector('.loading') === null);
      await isText(page);
    }
  }, 60_000);
});
