import { afterAll, beforeAll, expect } from '@jest/globals';
import { createAudit } from '../../src/compose/index.js';
import { health, type AuditHealth } from '../../src/compose/health.js';
import { whyRefused } from '../../src/recorder/why-refused.js';
import type { Pending } from '../../src/store/content.port.js';
import { scratch } from '../recorder/spool-world.js';
import { hostile } from '../support/hostile.js';
import { openLog, type Log } from '../support/open-log.js';

let log: Log;
beforeAll(async () => {
  log = await openLog();
});
afterAll(() => log.close());

/** What makes the database refuse what is written, while it answers questions; and what undoes it. */
const REFUSALS: [string, string, string, RegExp][] = [
  ['a read-only database', `alter database DB set default_transaction_read_only = on`, `alter database DB reset default_transaction_read_only`, /read-only/],
  ['a record() that somebody replaced', `alter function audit.record rename to record_gone`, `alter function audit.record_gone rename to record`, /not installed|is missing/],
  ['a disk that is full', `create function public.full() returns trigger language plpgsql as $$ begin raise 'no space' using errcode = '53100'; end $$; create trigger "full" before insert on audit.content for each row execute function public.full()`, `drop function public.full() cascade`, /disk is full/],
  ['a trigger of a stranger', `create function public.odd() returns trigger language plpgsql as $$ begin raise 'secret text' using errcode = 'P0001'; end $$; create trigger odd before insert on audit.content for each row execute function public.odd()`, `drop function public.odd() cascade`, /SQLSTATE P0001/],
]; // prettier-ignore

hostile('a database that answers and takes nothing', (holds) => {
  for (const [name, refuse, undo, why] of REFUSALS) {
    for (const spooled of [false, true]) {
      holds(
        `${name}, ${spooled ? 'with' : 'without'} a spool: not up within seconds, and up again when it is over`,
        async () => {
          const database = `"${new URL(log.url).pathname.slice(1)}"`;
          const directory = scratch();
          await log.pool.query(refuse.replace('DB', database));
          const spool = spooled ? { spool: { directory: directory.path } } : {};
          const audit = createAudit({ databaseUrl: log.url, seal: false, probe: 'off', onError: () => undefined, ...spool });
          let seen: AuditHealth = await audit.health();
          for (let i = 0; i < 5; i += 1) audit.record({ action: 'report.export' });
          const until = Date.now() + 5_000;
          while (!seen.reasons.some((reason) => why.test(reason)) && Date.now() < until) seen = await audit.health();
          expect(seen.status).not.toBe('up');
          expect(seen.reasons.join('\n')).toMatch(why);
          expect(seen.reasons.join('\n')).not.toMatch(/secret text/);
          await log.pool.query(`begin; set transaction read write; ${undo.replace('DB', database)}; commit`);
          // Connections that were opened meanwhile keep a setting of the database.
          await log.pool.query(`select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()`);
          await audit.drain();
          expect((await audit.health()).reasons.filter((reason) => why.test(reason))).toEqual([]);
          expect(await audit.close()).toEqual({ lost: 0, spooled: 0 });
          directory.remove();
        },
        { timeoutMs: 30_000, full: spooled && name !== 'a read-only database' },
      ); // prettier-ignore
    }
  }
});

const pending: Pending = { sealerAlive: true, unsealed: 0, atLeast: false, oldestMs: null, lagMs: 0 };
const known = {
  pending: () => Promise.resolve(pending),
  facts: { waiting: 0, lost: 0 },
  maxQueue: 10,
  denied: 0,
  sealer: 'leading',
  closed: false,
  checks: undefined,
} as const;
const failing = { forMs: 3_000, why: 'its disk is full' };
const FACTS: [string, object, string, RegExp][] = [
  ['memory full, while it answers', { failing, facts: { waiting: 10, lost: 0 } }, 'down', /no room/],
  ['some wait', { failing, facts: { waiting: 1, lost: 0 } }, 'degraded', /1 events wait.*3 s: its disk is full/],
  ['some spooled', { failing, facts: { waiting: 0, lost: 0, spooled: 7 } }, 'degraded', /7 events wait/],
  ['a standby', { pending: () => Promise.resolve({ ...pending, writable: false }) }, 'degraded', /read-only/],
  ['a sequence behind', { pending: () => Promise.resolve({ ...pending, behind: true }) }, 'degraded', /sequence/],
  ['a clock ahead', { pending: () => Promise.resolve({ ...pending, aheadMs: 7_200_000 }) }, 'degraded', /7200 s after now/],
  ['reads untold', { untold: 2 }, 'degraded', /2 reads left no entry/],
  ['chains set aside', { chainsAside: [3, 7] }, 'degraded', /chain 3, 7 cannot grow/],
]; // prettier-ignore

hostile('facts of health()', (holds) => {
  for (const [name, facts, status, why] of FACTS)
    holds(`${name}: ${status}, with a reason`, async () => {
      const seen = await health({ ...known, ...facts }, 100);
      expect(seen.status).toBe(status);
      expect(seen.reasons.join('\n')).toMatch(why);
    });
  holds('nothing wrong: up', async () => expect((await health(known, 100)).status).toBe('up'));
  for (const error of [undefined, null, 5, 'text', {}, { code: 5 }, { code: '\u001b[32mVERIFIED' }, { code: 'x'.repeat(1e6) }, new Error('secret')])
    holds(`a refusal that is ${JSON.stringify(error)?.slice(0, 30)} gives a sentence of ours`, () =>
      expect(whyRefused(error)).toBe('it gave no answer'),
    ); // prettier-ignore
});
