import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { health as healthOf } from '../../src/compose/health.js';
import { createAudit, type Audit, type AuditOptions } from '../../src/compose/index.js';
import { COVERAGE } from '../support/quickstart.js';
import { levelsWorld, type LevelsWorld } from '../store/levels-world.js';

const IDLE = { waiting: 0, spooled: null, lost: 0, denied: 0 };
const opened: Audit[] = [];
const open = (options: AuditOptions): Audit => {
  const audit = createAudit({ flushIntervalMs: 1, ...options });
  opened.push(audit);
  return audit;
};

let world: LevelsWorld;
beforeAll(async () => {
  world = await levelsWorld();
  await world.reconcile();
});
afterAll(async () => {
  await Promise.all(opened.map((audit) => audit.close({ deadlineMs: 0 })));
  await world.close();
});

describe('the health of an audit', () => {
  it('is a plain object of facts, also for roles that may do nothing but their part', async () => {
    const { app, sealer } = world.roles;
    const audit = open({ databaseUrl: world.urlOf(app), sealerUrl: world.urlOf(sealer), seal: { minWaitMs: 1 } });
    audit.record({ action: 'a.b', outcome: 'denied' });
    await audit.flush();
    const health = await audit.health();
    expect(health).toEqual({
      ...IDLE,
      status: 'up',
      reasons: [],
      database: 'up',
      unsealed: 0,
      sealLagMs: expect.any(Number),
      oldestPendingMs: null,
      denied: 1,
      sealer: { state: 'leading', alive: true },
      evidence: { signedMs: null, anchoredMs: null },
      followers: [],
      probe: { state: 'unknown', problems: [] },
    });
    expect(JSON.parse(JSON.stringify(health))).toEqual(health);
    await audit.close();
    expect(await audit.health()).toMatchObject({ status: 'down', reasons: ['the audit is closed'], database: 'down' });
  });

  it('says at once that nothing is signed', async () => {
    const known = { pending: async () => ({ unsealed: 0, atLeast: false, sealerAlive: true, oldestMs: null, lagMs: null }), facts: { waiting: 0, lost: 0 }, maxQueue: 1, denied: 0, sealer: 'leading' as const, closed: false, checks: [] }; // prettier-ignore
    expect(await healthOf(known, 100)).toMatchObject({ status: 'up', reasons: [] });
    expect(await healthOf({ ...known, unsigned: 'set back' }, 100)).toMatchObject({ status: 'degraded', reasons: ['set back'] }); // prettier-ignore
  });

  it('says that rows wait where this process must not seal them, and nobody else does', async () => {
    const asked = (sealerAlive: boolean, unsealed: number) => healthOf({ pending: async () => ({ unsealed, atLeast: false, sealerAlive, oldestMs: 1, lagMs: null }), facts: { waiting: 0, lost: 0 }, maxQueue: 1, denied: 0, sealer: 'following' as const, keptOut: 'it has no key', closed: false, checks: [] }, 100); // prettier-ignore
    expect(await asked(true, 3)).toMatchObject({ status: 'up' });
    expect(await asked(false, 0)).toMatchObject({ status: 'up' });
    expect(await asked(false, 3)).toMatchObject({ status: 'degraded', reasons: [expect.stringMatching(/^3 rows wait .*must not: it has no key$/)] }); // prettier-ignore
  });

  it('counts what has no entry on both sides of the last one, and says how old it is', async () => {
    const audit = open({ databaseUrl: world.url, seal: false });
    const late = await world.owner.connect();
    await late.query('begin');
    await late.query(`insert into audit.content (source, header, actor, at) values ('record', '{"action":"late"}', '{}', clock_timestamp() - interval '90 s')`); // prettier-ignore
    const sealing = open({ databaseUrl: world.url, seal: { minWaitMs: 1 } });
    sealing.record({ action: 'sealed' });
    await sealing.flush();
    expect(await audit.health()).toMatchObject({ status: 'up', unsealed: 0, sealer: { state: 'off', alive: true } });
    await sealing.close();

    audit.record({ action: 'after.it' });
    await audit.drain();
    await late.query('commit');
    late.release();
    const health = await audit.health();
    expect(health).toMatchObject({ status: 'degraded', database: 'up', unsealed: 2, sealer: { alive: false } });
    expect(health.oldestPendingMs).toBeGreaterThanOrEqual(90_000);
    expect(health.reasons).toEqual([expect.stringMatching(/^the oldest of 2 rows without an entry is \d+ s old, and no sealer is alive$/)]); // prettier-ignore
  });

  it('looks at no more than its bound, however much has piled up', async () => {
    await world.owner.query(`insert into audit.content (source, header, actor) select 'record', '{"action":"many"}', '{}' from generate_series(1, 12000)`); // prettier-ignore
    const health = await open({ databaseUrl: world.url, seal: false }).health();
    expect(health.unsealed).toBeGreaterThanOrEqual(10_000);
    expect(health.unsealed).toBeLessThan(10_010);
    expect(health.reasons[0]).toMatch(/of \d+ or more rows/);
  });

  it('is degraded by what the probe at the start has found', async () => {
    const audit = open({ databaseUrl: world.url, seal: false, config: COVERAGE });
    await world.owner.query('create table naked (id int primary key)');
    await audit.probe();
    const { status, reasons, probe } = await audit.health();
    expect([status, probe.state]).toEqual(['degraded', 'fail']);
    expect(probe.problems).toEqual([expect.stringContaining('naked')]);
    expect(reasons).toEqual(expect.arrayContaining([...probe.problems]));
  });

  it('is down for a role that has no part, and says what to do', async () => {
    const health = await open({ databaseUrl: world.urlOf(world.roles.other), seal: false }).health();
    expect(health).toMatchObject({ status: 'down', database: 'down', unsealed: null });
    expect(health.reasons[0]).toContain('--app-role');
  });
});

describe('with a database that gives no answer', () => {
  const sockets = new Set<Socket>();
  let silent: Server | undefined;
  afterAll(() => {
    for (const socket of sockets) socket.destroy();
    silent?.close();
  });

  it('health ends in time, asks one question at a time, and is down only when there is no room left', async () => {
    silent = createServer((socket) => void sockets.add(socket.on('error', () => undefined)));
    silent.listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const databaseUrl = `postgresql://nobody@127.0.0.1:${(silent.address() as AddressInfo).port}/none`;
    const audit = open({ databaseUrl, seal: false, maxQueue: 2, flushIntervalMs: 60_000 });
    const asked = await Promise.all(Array.from({ length: 20 }, () => audit.health({ timeoutMs: 30 })));
    expect(new Set(asked.map(({ status, database }) => `${status} ${database}`))).toEqual(new Set(['degraded down']));
    expect(asked[0]?.reasons).toEqual(['the database gave no answer within 30 ms, or refused']);
    expect(sockets.size).toBe(1);

    for (const action of ['a', 'b']) audit.record({ action });
    expect(() => audit.record({ action: 'c' })).toThrow('AUDIT_QUEUE_FULL');
    expect(await audit.health({ timeoutMs: 30 })).toMatchObject({
      status: 'down',
      waiting: 2,
      lost: 1,
      reasons: [expect.stringContaining('there is no room'), expect.anything(), '1 events were lost since this process began'],
    }); // prettier-ignore
  });

  it('health does not reject where nobody listens', async () => {
    const audit = open({ databaseUrl: 'postgresql://nobody@127.0.0.1:1/none', seal: false });
    expect(await audit.health()).toMatchObject({ status: 'degraded', database: 'down', unsealed: null });
  });
});
