import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { createAudit, type Audit, type AuditOptions } from '../../src/compose/index.js';
import { withContext } from '../../src/context/index.js';
import { withLogSource } from '../../src/store/postgres/index.js';
import { verify } from '../../src/verify/index.js';
import { emptyLog, type FilledLog } from '../support/filled-log.js';

let log: FilledLog;
beforeAll(async () => {
  log = await emptyLog();
});
afterAll(() => log.close());

const open: Audit[] = [];
const create = (options: Partial<AuditOptions> = {}): Audit => {
  const audit = createAudit({
    databaseUrl: log.url,
    flushIntervalMs: 5,
    seal: { minWaitMs: 1, leaseMs: 1_000 },
    ...options,
  });
  open.push(audit);
  audit.start();
  return audit;
};
afterEach(async () => {
  for (const audit of open.splice(0)) await audit.close();
});
const until = async (what: () => boolean): Promise<void> => {
  for (let i = 0; i < 500 && !what(); i += 1) await new Promise((resolve) => setTimeout(resolve, 10));
  expect(what()).toBe(true);
};
const unsealed = async (): Promise<number> =>
  (await log.pool.query(`select count(*)::int as n from audit.content c where not exists (select from audit.entry e where e.pos = c.pos)`)).rows[0].n; // prettier-ignore

describe('an audit without a framework', () => {
  it('records, seals, answers and closes', async () => {
    const audit = create();
    await audit.check();
    await withContext({ actor: { id: 'ann' }, tenant: 'acme' }, () => {
      audit.record({ action: 'invoice.approve', resource: { type: 'Invoice', id: 7 }, details: { amount: 5 } });
      audit.record({ action: 'invoice.refund', outcome: 'denied', resource: { type: 'Invoice', id: 7 } });
    });
    await audit.flush();
    const { entries } = await audit.query.history({ type: 'Invoice', id: 7 }, { tenant: 'acme' });
    expect(entries.map(({ action, outcome, actor }) => [action, outcome, actor?.['id']])).toEqual([
      ['invoice.approve', 'success', 'ann'],
      ['invoice.refund', 'denied', 'ann'],
    ]);
    expect(entries[0]?.group).toBe(entries[1]?.group);
    expect(audit.facts).toMatchObject({
      waiting: 0,
      lost: 0,
      failedAttempts: 0,
      folded: 0,
      callbacksFailed: 0,
      sealer: 'leading',
    });
    expect(await audit.close()).toBe(0);
    expect(audit.facts.sealer).toBe('stopped');
    expect(() => audit.record({ action: 'too.late' })).toThrow(expect.objectContaining({ code: 'AUDIT_CLOSED' }));
  });

  it('may be closed twice, also at the same time', async () => {
    const audit = create();
    audit.record({ action: 'a' });
    expect(await Promise.all([audit.close(), audit.close()])).toEqual([0, 0]);
    expect(await audit.close()).toBe(0);
  });

  it('gives up a flush when nobody seals, and says what to start', async () => {
    const audit = create({ seal: false });
    expect(audit.facts.sealer).toBe('off');
    audit.record({ action: 'a' });
    const started = performance.now();
    await expect(audit.flush({ timeoutMs: 200 })).rejects.toMatchObject({
      code: 'AUDIT_FLUSH_TIMEOUT',
      facts: { unsealed: 1 },
      message: expect.stringMatching(
        /1 rows are not sealed after 200 ms: is a sealer running \(option seal, or the command seal\)/,
      ),
    });
    expect(performance.now() - started).toBeGreaterThanOrEqual(200);
    const sealing = create();
    await audit.flush();
    expect(sealing.facts.sealer).toBe('leading');
  });

  it('seals what is committed when it closes, also what others wrote', async () => {
    const audit = create({ seal: { minWaitMs: 1_000, maxWaitMs: 60_000 }, flushIntervalMs: 10_000 });
    await until(() => audit.facts.sealer === 'leading');
    audit.record({ action: 'of.its.own' });
    await log.pool.query(`insert into audit.content (source, op, model) values ('change', 'insert', 'Note')`);
    expect(audit.facts.waiting).toBe(1);
    await audit.close();
    expect(await unsealed()).toBe(0);
    const { rows } = await log.pool.query('select holder from audit.sealer');
    expect(rows).toEqual([{ holder: null }]);
  });

  it('counts what it could not write before its deadline, and reports why', async () => {
    const errors: unknown[] = [];
    const audit = create({
      databaseUrl: 'postgresql://nobody@127.0.0.1:1/none',
      seal: false,
      onError: (e) => errors.push(e),
    });
    audit.record({ action: 'a' });
    audit.record({ action: 'b' });
    expect(await audit.close({ deadlineMs: 200 })).toBe(2);
    expect(audit.facts).toMatchObject({ lost: 2, waiting: 0 });
    expect(errors[0]).toMatchObject({ code: 'ECONNREFUSED' });
  });

  it.each(['check', 'flush'] as const)('says what to run when the log is not installed: %s', async (call) => {
    const audit = create({ schema: 'nowhere', seal: false });
    await expect(audit[call]()).rejects.toMatchObject({
      code: 'AUDIT_SCHEMA_MISSING',
      message: expect.stringContaining('npx nestjs-prisma-audit migrate'),
    });
  });
});

describe('two on one database', () => {
  it('write both, and one leads; when it closes the other takes over', async () => {
    const one = create();
    await until(() => one.facts.sealer === 'leading');
    const other = create();
    for (let i = 0; i < 20; i += 1) (i % 2 ? one : other).record({ action: `turn.${i}` });
    await Promise.all([one.flush(), other.flush()]);
    expect([one.facts.sealer, other.facts.sealer]).toEqual(['leading', 'following']);
    await one.close();
    await until(() => other.facts.sealer === 'leading');
    other.record({ action: 'turn.20' });
    await other.flush();
    const { entries } = await other.query.find({ action: 'turn.*', limit: 500 });
    expect(entries).toHaveLength(21);
    const report = await withLogSource(log.pool, 'audit', (source) => verify(source));
    expect(report).toMatchObject({ verdict: 'VERIFIED', findings: [] });
  });
});
