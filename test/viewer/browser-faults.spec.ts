import { NestFactory } from '@nestjs/core';
import { Module } from '@nestjs/common';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import pg from 'pg';
import { auditViewer } from '../../src/express/index.js';
import { AuditModule } from '../../src/index.js';
import { AuditViewerModule } from '../../src/nest/viewer/index.js';
import { createAudit, type Audit } from '../../src/compose/index.js';
import { createLog, type TestLog } from '../support/log.js';
import { newContext } from '../../src/context/index.js';
import { ADA, change } from './support/history.js';
import { hasChromium, inBrowser } from './support/in-browser.js';
import { openSite, type Site } from './support/site.js';
import { axe, screenshot } from './support/visit.js';

let site: Site;
let other: TestLog;
let second: Audit;
beforeAll(async () => {
  if (!hasChromium) return;
  site = await openSite();
  await fill(site.audit, site.log, 'acme');
  other = await createLog();
  second = createAudit({ databaseUrl: other.url, auditorUrl: other.url, name: 'second', flushIntervalMs: 1, onError: () => undefined }); // prettier-ignore
  await fill(second, other, 'globex');
  // Below one application, and below the first one's origin: nothing of one is the other's.
  site.app.use('/in/other', auditViewer(second, { authorize: ({ headers }) => (headers['x-user'] === 'root' ? { tenants: ['globex'], actor: { id: 'root' } } : undefined) })); // prettier-ignore
}, 120_000);
afterAll(async () => {
  await second?.close();
  await other?.close();
  await site?.close();
});

async function fill(audit: Audit, log: TestLog, tenant: string): Promise<void> {
  for (let n = 0; n < 30; n += 1)
    audit.record({ action: n % 2 ? 'invoice.send' : 'payroll.run', resource: { type: 'Invoice', id: `${tenant}-${n}` }, details: { n } }, { context: newContext({ actor: ADA, tenant }) }); // prettier-ignore
  await audit.flush();
  await change(log.pool, { at: new Date(), op: 'update', model: 'Invoice', id: `${tenant}-changed`, tenant, actor: ADA, data: { id: `${tenant}-changed`, old: { status: 'DRAFT', total: 100 }, new: { status: 'APPROVED', total: 100 } } }); // prettier-ignore
  await audit.flush();
}
const at = (path: string): string => site.base + path;
const idOf = async (id: string): Promise<string> =>
  (await site.audit.query.find({ tenant: 'acme', resource: { type: 'Invoice', id } })).entries[0]?.id ?? '';

inBrowser('an entry that was tampered with', (open) => {
  /** As whoever owns the database can. */
  const tamper = async (statement: string, ...values: string[]): Promise<void> => {
    const client = await site.log.connect();
    const [table] = /audit\.\w+/.exec(statement) ?? [];
    await client.query(`alter table ${table} disable trigger all`);
    const { rowCount } = await client.query(statement, values);
    expect(rowCount).toBe(1);
    await client.end();
  };
  const ENTRY = `update audit.entry set body = replace(body, $2, $3) where id = $1`;
  const SECTION = `update audit.content set data = replace(data, $2, $3) where pos = (select pos from audit.entry where id = $1)`; // prettier-ignore
  it.each([
    ['a byte of its body', ENTRY, 'invoice.send', 'invoice.sens', 'acme-1', /the entry’s bytes/],
    ['a byte of its section', SECTION, 'APPROVED', 'APPROVEX', 'acme-changed', /the section data/],
    ['a column beside it', `update audit.entry set action = replace(action, $2, $3) where id = $1`, 'invoice.send', 'invoice.look', 'acme-3', undefined], // prettier-ignore
  ])(
    '%s: its page says so, and names what',
    async (_name, statement, from, to, record, named) => {
      const id = await idOf(record);
      await tamper(statement, id, from, to);
      const { page } = await open({ user: 'root' });
      await page.goto(at(`entry/${id}?tenant=acme`));
      await page.waitForSelector('.seal-verdict[data-verdict]');
      // What is found by the column is shown by the bytes, which match: the verifier compares both.
      expect(await page.getAttribute('.seal-verdict', 'data-verdict')).toBe(named === undefined ? 'ok' : 'differs');
      if (named === undefined) return;
      expect(await page.innerText('.seal-verdict')).toMatch(/^\W*Does not match: /);
      expect(await page.innerText('.seal-verdict')).toMatch(named);
      expect(await page.locator('[data-is=differs]').first().isVisible()).toBe(true);
      expect(await axe(page)).toEqual([]);
      await screenshot(page, `tampered-${record}`, true);
      await page.emulateMedia({ colorScheme: 'dark' });
      await screenshot(page, `tampered-${record}-dark`, true);
      // It is in its list as before, and its neighbour says that it is linked to something else, or not.
      await page.goto(at('?tenant=acme'));
      await page.waitForSelector('tr.row');
    },
    60_000,
  );
});

inBrowser('faults', (open) => {
  it('the database is away, and comes back', async () => {
    const { page, mayFail } = await open({ user: 'root' });
    mayFail();
    await page.goto(at('?tenant=acme'));
    await page.waitForSelector('tr.row');
    const name = new URL(site.log.url).pathname.slice(1);
    const server = new pg.Client({ connectionString: process.env['AUDIT_TEST_SERVER_URL'] });
    await server.connect();
    try {
      await server.query(`alter database "${name}" allow_connections false`);
      await server.query('select pg_terminate_backend(pid) from pg_stat_activity where datname = $1', [name]);
      await page.fill('.filter-input', 'outcome:success');
      await page.press('.filter-input', 'Enter');
      await page.getByText('The log’s database is away').first().waitFor();
      expect(await axe(page)).toEqual([]);
      await screenshot(page, 'database-away');
      // The page itself needs no database.
      await page.reload();
      await page.getByText('The log’s database is away').first().waitFor();
    } finally {
      await server.query(`alter database "${name}" allow_connections true`);
      await server.end();
    }
    // Each part has its own.
    for (const each of await page.getByRole('button', { name: 'Try again' }).all()) await each.click({ timeout: 1_000 }).catch(() => undefined); // prettier-ignore
    while ((await page.locator('tr.row').count()) === 0) {
      await page.waitForSelector('tr.row, .failure');
      // It may be gone by then: an answer came.
      if (await page.locator('.failure').count()) await page.getByRole('button', { name: 'Try again' }).last().click({ timeout: 1_000 }).catch(() => undefined); // prettier-ignore
    }
    expect(page.url()).toContain('outcome=success');
  }, 60_000);

  it('a session that ends, and begins again where it was', async () => {
    const { page, context, mayFail } = await open({ user: 'ann' });
    mayFail();
    await page.goto(at('?tenant=acme&action=invoice.*'));
    await page.waitForSelector('tr.row');
    await context.setExtraHTTPHeaders({});
    await page.locator('tr.row .row-link').nth(2).click();
    await page.getByText('Your session has ended').first().waitFor();
    await screenshot(page, 'session-ended');
    await context.setExtraHTTPHeaders({ 'x-user': 'ann' });
    await page.getByRole('button', { name: 'Reload the page' }).first().click();
    await page.waitForSelector('.seal-verdict[data-verdict]');
    // Whoever never had one gets not even the page.
    await context.setExtraHTTPHeaders({});
    const answer = await page.goto(at('?tenant=acme'));
    expect(answer?.status()).toBe(401);
  }, 60_000);

  it('a scope that shrinks between the list and the entry', async () => {
    const { page, mayFail } = await open({ user: 'ann' });
    mayFail();
    await page.goto(at('?tenant=acme&action=payroll.*'));
    await page.waitForSelector('tr.row');
    const before = site.scopes.get('ann');
    site.scopes.set('ann', { tenants: ['acme'], actions: (action) => !action.startsWith('payroll.'), actor: { id: 'ann' } }); // prettier-ignore
    try {
      await page.locator('tr.row .row-link').first().click();
      await page.getByText('It is not there, or not yours to see').waitFor();
      expect(await page.innerText('main')).not.toMatch(/payroll|acme-\d/);
      await screenshot(page, 'not-yours');
      await page.goto(at('?tenant=acme'));
      await page.waitForSelector('tr.row');
      // What they asked for before is in what their reading left; it is their own.
      for (const part of ['.facets', 'tr.row .cell-action']) expect((await page.locator(part).allInnerTexts()).join()).not.toContain('payroll'); // prettier-ignore
    } finally {
      if (before) site.scopes.set('ann', before);
    }
  }, 60_000);

  it('what somebody may not see has no trace in the page: a hidden field', async () => {
    site.scopes.set('half', { tenants: ['acme'], fields: (_model, field) => field !== 'total', actor: { id: 'half' } });
    const { page } = await open({ user: 'half' });
    await page.goto(at(`record/Invoice/acme-changed?tenant=acme`));
    await page.waitForSelector('table.record-state');
    expect(await page.innerText('main')).not.toMatch(/\btotal\b/);
    await page.locator('.slider-told a').first().click();
    await page.waitForSelector('.seal-verdict[data-verdict="not opened"]');
    await screenshot(page, 'not-opened', true);
  }, 60_000);

  it('a request that an extension blocks, and a server that is away', async () => {
    const { page, context, mayFail } = await open({ user: 'root' });
    mayFail();
    await page.route('**/api/entries?*', (route) => route.abort('blockedbyclient'));
    await page.goto(at('?tenant=acme'));
    await page.getByText('The browser did not send a request').waitFor();
    await page.getByText('api/entries').waitFor();
    expect(await axe(page)).toEqual([]);
    await screenshot(page, 'blocked');
    await page.unroute('**/api/entries?*');
    await page.getByRole('button', { name: 'Try again' }).first().click();
    await page.waitForSelector('tr.row');
    await context.setOffline(true);
    await page.locator('tr.row .row-link').first().click();
    await page.getByText('The server cannot be reached').first().waitFor();
    await context.setOffline(false);
    await page.getByRole('button', { name: 'Try again' }).first().click();
    await page.waitForSelector('.seal-verdict[data-verdict]');
  }, 60_000);

  it('two viewers in one application', async () => {
    const { page } = await open({ user: 'root' });
    await page.goto(at('?tenant=acme'));
    await page.waitForSelector('tr.row');
    expect(await page.innerText('table.entries')).toContain('acme-');
    await page.goto(new URL('/in/other/', site.base).href);
    await page.waitForSelector('tr.row');
    expect(await page.innerText('table.entries')).toMatch(/globex-/);
    expect(await page.innerText('body')).not.toContain('acme');
    await page.locator('tr.row .row-link').nth(1).click();
    await page.waitForURL(/\/in\/other\/entry\//);
    await page.waitForSelector('.seal-verdict[data-verdict=ok]');
  }, 60_000);
});

inBrowser('in a Nest application', (open) => {
  it('below a global prefix: list, entry, record, export, and back', async () => {
    @Module({
      imports: [
        AuditModule.forRoot({ databaseUrl: site.log.url, auditorUrl: site.log.url, seal: false, probe: 'off' }),
        AuditViewerModule.forRoot({ path: '/audit', authorize: () => ({ tenants: ['acme'], actor: { id: 'nest' } }) }),
      ],
    })
    class AppModule {}
    const app = await NestFactory.create(AppModule, { logger: false, forceCloseConnections: true });
    app.setGlobalPrefix('v1');
    await app.listen(0, '127.0.0.1');
    try {
      const { page } = await open();
      await page.goto(`${(await app.getUrl()).replace('[::1]', '127.0.0.1')}/v1/audit?action=invoice.*`);
      await page.waitForSelector('tr.row');
      await page.getByRole('button', { name: 'Export' }).click();
      const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'CSV' }).click()]); // prettier-ignore
      expect(download.suggestedFilename()).toMatch(/^audit-acme-/);
      await page.keyboard.press('Escape');
      await page.locator('tr.row .row-link').nth(3).click();
      await page.waitForSelector('.seal-verdict[data-verdict]');
      await page.reload();
      await page.waitForSelector('.seal-verdict[data-verdict]');
      await page.keyboard.press('r');
      await page.waitForURL(/v1\/audit\/record\//);
      await page.waitForSelector('main h1');
      await page.goBack();
      await page.goBack();
      await page.waitForSelector('tr.row');
      expect(page.url()).toMatch(/v1\/audit\/?\?action=invoice/);
    } finally {
      await app.close();
    }
  }, 60_000);
});
