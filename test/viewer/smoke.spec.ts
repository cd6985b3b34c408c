import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { newContext } from '../../src/context/index.js';
import { ADA, change } from './support/history.js';
import { hasChromium, inBrowser } from './support/in-browser.js';
import { openSite, type Site } from './support/site.js';

let site: Site;
beforeAll(async () => {
  if (!hasChromium) return;
  site = await openSite();
  site.audit.record({ action: 'invoice.send' }, { context: newContext({ actor: ADA, tenant: 'acme' }) });
  await change(site.log.pool, { at: new Date(), op: 'update', model: 'Invoice', id: '42', tenant: 'acme', actor: ADA, data: { id: '42', old: { status: 'DRAFT' }, new: { status: 'SENT' } } }); // prettier-ignore
  await site.audit.flush();
}, 60_000);
afterAll(() => site?.close());

// The other flows are in browser*.spec.ts, of the longer run.
inBrowser('the viewer, in Chromium', (open) => {
  it('shows what happened, in a sentence, and that it matches its seal', async () => {
    const { page } = await open({ user: 'ann' });
    await page.goto(site.base);
    await page.locator('tr.row', { hasText: 'Invoice.update' }).locator('.row-link').click();
    await page.waitForSelector('.seal-verdict[data-verdict=ok]');
    expect(await page.innerText('h1')).toBe('ada@example.test (admin) changed status of Invoice 42 from DRAFT to SENT');
  }, 60_000);
});
