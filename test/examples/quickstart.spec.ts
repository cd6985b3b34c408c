import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { INestApplication } from '@nestjs/common';
import { playRequests, type Played } from '../../examples/quickstart/src/demo/requests.js';
import { createApp } from '../../examples/quickstart/src/main.js';
import { PrismaService } from '../../examples/quickstart/src/prisma.service.js';
import { DEMO_PASSWORD, seed } from '../../examples/quickstart/src/seed.js';
import config from '../../examples/quickstart/audit.config.js';
import { AuditService, type AuditEntry } from '../../src/index.js';
import { withCatalogue, withLogSource, type Coverage } from '../../src/store/postgres/index.js';
import { verify } from '../../src/verify/index.js';
import { createQuickstart, type Quickstart } from '../support/quickstart.js';

let quickstart: Quickstart;
let app: INestApplication;
let played: Played[];
let ofAcme: readonly AuditEntry[];
let all: readonly AuditEntry[];

beforeAll(async () => {
  quickstart = await createQuickstart({ coverage: withCatalogue(config as Coverage) });
  app = await createApp(quickstart.url);
  await app.listen(0, '127.0.0.1');
  await seed(app.get(PrismaService));
  played = await playRequests((await app.getUrl()).replace(/\/$/, ''), () => undefined);
  const audit = app.get(AuditService, { strict: false });
  await audit.flush();
  const of = async (tenant: string): Promise<readonly AuditEntry[]> =>
    (await audit.query.find({ tenant, order: 'oldest', limit: 500 })).entries.filter(
      ({ source }) => source !== 'control',
    );
  ofAcme = await of('acme');
  all = [...ofAcme, ...(await of('globex')), ...(await of(''))];
});
afterAll(async () => {
  await app.close();
  await quickstart.close();
});

const requestsOf = (action: string): AuditEntry[] =>
  ofAcme.filter((entry) => entry.source === 'request' && entry.action === action);
const changesOf = (group: string | undefined): AuditEntry[] =>
  all.filter((entry) => entry.source === 'change' && entry.group === group);

describe('the quickstart, after the requests of its demonstration', () => {
  it('answered each of them as expected', () => {
    expect(played.filter((request) => request.status !== request.expected)).toEqual([]);
    expect(played.length).toBeGreaterThan(30);
  });

  it('has a log that verifies', async () => {
    const report = await withLogSource(quickstart.pool, 'audit', (source) => verify(source));
    expect({ verdict: report.verdict, findings: report.findings }).toEqual({ verdict: 'VERIFIED', findings: [] });
    expect(report.chains.map((chain) => chain.tenant).sort()).toEqual(['acme', 'globex']);
    expect(report.entries).toBe(all.length + report.chains.length);
  });

  it('says that carl was denied the approval of invoice 1, and that nothing was written', () => {
    const [denied] = requestsOf('invoice.approve').filter((entry) => entry.outcome === 'denied');
    expect(denied).toMatchObject({
      actor: { type: 'user', email: 'carl@acme.test', role: 'CLERK', tenant: 'acme' },
      resource: { type: 'Invoice', id: '1' },
      details: { http: { method: 'POST', route: '/invoices/:id/approve', status: 403 } },
    });
    expect(changesOf(denied?.group)).toEqual([]);
  });

  it('has no change of the import that was rolled back, and its failure', () => {
    const imports = requestsOf('invoice.import');
    expect(imports.map((entry) => [entry.outcome, changesOf(entry.group).length > 0])).toEqual([
      ['success', true],
      ['failure', false],
    ]);
    expect(JSON.stringify(all)).toContain('OLD-2');
    expect(JSON.stringify(all)).not.toContain('OLD-3');
  });

  it('has the old and the new price of each line that raw SQL changed', () => {
    const [reprice] = requestsOf('invoice.reprice');
    const lines = changesOf(reprice?.group).filter((entry) => entry.resource?.type === 'InvoiceLine');
    const prices = lines.map(({ changes }) => changes.find(({ field }) => field === 'unit_price'));
    expect(prices.map((change) => JSON.stringify([change?.old, change?.new]).replaceAll('"', '')).sort()).toEqual([
      '[19.90,21.89]',
      '[19.90,21.89]',
      '[85.00,93.50]',
      '[85.00,93.50]',
    ]);
    expect(lines.every((entry) => entry.action === 'InvoiceLine.update')).toBe(true);
    expect(reprice?.details).toMatchObject({ result: { lines: 4 } });
  });

  it('has who came and went, by a plate however it was written', async () => {
    const { rows } = await quickstart.pool.query(`select event, direction, outcome from audit.access_log where tenant = 'acme' and plate = 'BAB1234' order by id`); // prettier-ignore
    expect(rows).toEqual([
      { event: 'entry', direction: 'in', outcome: 'success' },
      { event: 'exit', direction: 'out', outcome: 'success' },
    ]);
    expect(ofAcme.filter(({ action }) => action === 'access.denied')).toMatchObject([{ resource: { id: 'yard' }, outcome: 'denied' }]); // prettier-ignore
  });

  it('has no hash of a password anywhere, nor a password, nor a bearer token', async () => {
    const { rows } = await quickstart.pool.query(`select "passwordHash" from "User"`);
    const { rows: sessions } = await quickstart.pool.query(`select id from "Session"`);
    const { rows: stored } = await quickstart.pool.query(
      `select string_agg(coalesce(convert_from(actor, 'UTF8'), '') || coalesce(data, '') || coalesce(header, ''), E'\n') as text from audit.content`,
    );
    const text: string = stored[0].text;
    expect(text).toContain('vera@acme.test');
    expect(rows.length + sessions.length).toBeGreaterThan(6);
    for (const { passwordHash } of rows) expect(text).not.toContain(passwordHash);
    for (const { id } of sessions) expect(text).not.toContain(id);
    expect(text).not.toContain(DEMO_PASSWORD);
    expect(text).not.toContain('a view to a bill');
    const users = all.filter((entry) => entry.resource?.type === 'User' && entry.source === 'change');
    expect(users.length).toBeGreaterThan(4);
    for (const entry of users) expect({ ...entry.old, ...entry.new }['passwordHash'] ?? null).toBeNull();
  });

  it('binds every change of a request to exactly one request or login', () => {
    const groups = new Map<string, AuditEntry[]>();
    const inRequest = all.filter((entry) => entry.source === 'change' && entry.actor?.['requestId'] !== undefined);
    expect(inRequest.length).toBeGreaterThan(20);
    for (const { group } of inRequest)
      groups.set(
        group ?? '',
        all.filter((entry) => entry.group === group),
      );
    const unbound = [...groups.values()]
      .map((entries) => ({
        heads: entries.filter(({ source, action }) => source === 'request' || action === 'auth.login').length,
        actors: new Set(entries.map(({ actor }) => actor?.['id'])).size,
        entries,
      }))
      .filter(({ heads, actors }) => heads !== 1 || actors !== 1);
    // What has no @Audited has no entry of its own; here that is the picture alone.
    expect(unbound.map(({ heads, entries }) => [heads, entries.map(({ action }) => action)])).toEqual([
      [0, ['User.update']],
    ]);
  });

  it('gives what the seed wrote to no request and to nobody but the system', () => {
    const seeded = all.filter((entry) => entry.source === 'change' && entry.actor?.['requestId'] === undefined);
    expect(seeded.map((entry) => entry.action).sort()).toEqual([
      ...Array(2).fill('Tag.create'),
      ...Array(4).fill('User.create'),
    ]);
    for (const entry of seeded)
      expect(entry).toMatchObject({ flags: expect.arrayContaining(['no-context']), actor: { type: 'system' } });
  });
});
