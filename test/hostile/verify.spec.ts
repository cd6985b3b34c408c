import { afterAll, beforeAll, expect } from '@jest/globals';
import { Leader } from '../../src/sealer/leader.js';
import { createPool, postgresSealerStore, withLogSource } from '../../src/store/postgres/index.js';
import { verify, type FindingCode, type Report } from '../../src/verify/index.js';
import { captureMany, emptyLog, filledLog, sealAll, type FilledLog } from '../support/filled-log.js';
import { hostile } from '../support/hostile.js';
import { at, positionOf, rehash, verifyAfter, type Tampering } from '../verify/attacker.js';
import { LIES, projections } from './verify-lies.js';
import { ODD_ROWS } from './verify-rows.js';

let log: FilledLog;
beforeAll(async () => {
  log = await filledLog();
  // So long that the default chain has more than one page of entries.
  await captureMany(log.pool, 1_100);
  await sealAll(log.pool);
});
afterAll(() => log.close());

const check = (from: FilledLog, options = {}): Promise<Report> =>
  withLogSource(from.pool, 'audit', (source) => verify(source, options));
const found = async (code: FindingCode, ...steps: Tampering[]): Promise<void> => {
  const report = await verifyAfter(log.pool, steps, { maxFindings: 10_000 });
  expect(report.verdict).toBe('TAMPERED');
  expect(report.findings.map((finding) => finding.code)).toContain(code);
};

hostile('verify: a sealer that lies, with hashes and columns that agree', (holds) => {
  for (const [i, { seq, member, json, code }] of LIES.entries()) {
    holds(
      `entry ${seq} with ${member} ${json.slice(0, 40)}`,
      () => found(code, lie(seq, member, json), rehash({ head: true })),
      { full: i % 8 !== 0 },
    );
  }

  holds('the login of the sealer alone, which reads other rows than there are', async () => {
    const one = await emptyLog();
    try {
      const header = (text: object): string => JSON.stringify(text);
      await one.pool.query(
        `insert into audit.content (source, op, model, resource_id, tenant_key, header, actor, data)
         select s, o, m, i, 'acme', h, '{"id":"mallory","tenant":"acme"}', d
           from (values ('record', null, 'Invoice', '7', $1, '{"id":"7"}'), ('record', null, null, null, $2, null),
                        ('change', 'insert', 'Invoice', '1', null, '{"id":"1"}'), ('change', 'update', 'Invoice', '1', null, '{"id":"1"}')) v (s, o, m, i, h, d)`,
        [
          header({ action: 'invoice.delete', outcome: 'denied', severity: 'critical' }),
          header({ action: 'backup.restore', outcome: 'failure' }),
        ],
      );
      const store = postgresSealerStore(one.pool, 'audit');
      const lying: typeof store = {
        ...store,
        async read(...args) {
          const reading = await store.read(...args);
          const rows = reading.rows.map((row) => {
            if (row.header?.includes('denied'))
              return { ...row, header: '{"action":"page.view"}', model: 'Page', at: Number(row.at) - 30 * 86_400e6 };
            if (row.header?.includes('failure')) return { ...row, header: '{"action":"backup.restore"}' };
            return { ...row, op: 'insert', actor: Buffer.from('{"id":"mallory","tenant":"globex"}') };
          });
          return { ...reading, rows };
        },
      };
      const lease = await lying.acquire('liar', 60_000);
      const leader = new Leader(lying, lease as NonNullable<typeof lease>, { leaseMs: 60_000, batchSize: 100 });
      await leader.begin();
      for (let idle = 0; idle < 2;) idle = (await leader.round()) > 0 ? 0 : idle + 1;
      await leader.end();
      const report = await check(one);
      expect(report.verdict).toBe('TAMPERED');
      const told = report.findings.map(({ code, message }) => `${code} ${message}`).join('\n');
      for (const lied of [
        /action "page\.view"/,
        /outcome "success"/,
        /severity/,
        /occurredAt/,
        /resource "Page"/,
        /action "Invoice\.create".*"Invoice\.update"/,
        /tenant "acme".*chain of "globex"/,
      ])
        // prettier-ignore
        expect(told).toMatch(lied);
    } finally {
      await one.close();
    }
  });
});

/** The body with one member replaced, and the columns that follow it. */
function lie(seq: number, member: string, json: string): Tampering {
  return async (client) => {
    const { rows } = await client.query<{ body: string }>(`select body from audit.entry where ${at(seq)}`);
    const body = JSON.parse(rows[0]?.body ?? '{}') as Record<string, unknown>;
    const value: unknown = JSON.parse(json);
    if (value === null) delete body[member];
    else body[member] = value;
    const sorted = JSON.stringify(Object.fromEntries(Object.entries(body).toSorted(([a], [b]) => (a < b ? -1 : 1))));
    await client.query(`update audit.entry set body = $1 where ${at(seq)}`, [sorted]);
    await client.query(`update audit.entry set ${projections(member)} where ${at(seq)}`);
  };
}

const ENTRY = `sealed_at, occurred_at, gen_random_uuid(), hash, tenant_key, actor_id, action, resource_type, resource_id, outcome, request_id, group_id, body, source, actor_email, address, plate, subject`;
const copyOf = (seq: number, chain: string, number: string, tenant = ''): string =>
  `insert into audit.entry select ${chain}, ${number}, 900000, ${ENTRY} from audit.entry where ${at(seq, tenant)}`;
const NO_KEY = 'alter table audit.entry drop constraint entry_pkey';
const NO_BOUND = 'alter table audit.entry drop constraint entry_seq_check';

hostile('verify: rows that readers see and no chain has', (holds) => {
  for (const seq of ['-1', '-1000', '-9223372036854775808'])
    holds(`an entry of number ${seq}`, () => found('ENTRY_EXTRA', NO_BOUND, copyOf(5, 'chain', seq)));
  for (const seq of [0, 1, 998, 999, 1_000, 1_001, 1_099])
    holds(`a second entry ${seq}, at a page's end or not`, () => found('ENTRY_EXTRA', NO_KEY, copyOf(seq, 'chain', 'seq')), { full: seq !== 999 }); // prettier-ignore
  for (const chain of ['0', '-1', '-2147483648', '99', '2147483647'])
    holds(`an entry of chain ${chain}, which has no row`, () => found('CHAIN_MISSING', copyOf(5, chain, '0')));
  holds('an entry of chain 99 below number 0', () => found('CHAIN_MISSING', NO_BOUND, copyOf(5, '99', '-3')));
  holds('as an owner would hide it: forged content, entry −1 (hidden-entry.sh)', () =>
    found('ENTRY_EXTRA', NO_BOUND,
      `insert into audit.content (pos, source, actor, data) values (500000, 'change', '{"id":"ceo","type":"user","tenant":"acme"}', '{"old":{"status":"DRAFT"},"new":{"status":"APPROVED"},"id":"1"}')`,
      `insert into audit.entry values (2, -1, 500000, now(), now(), '01a32dff-0000-7000-8000-000000000001', sha256('x'), 'acme', 'ceo', 'Invoice.update', 'Invoice', '1', 'success', null, null,
         '{"action":"Invoice.update","outcome":"success","resource":"Invoice","source":"change","occurredAt":"2026-11-30T19:00:00.000000Z","id":"01a32dff-0000-7000-8000-000000000001","v":1}')`)); // prettier-ignore
  holds('a child table of entry', () => found('ENTRY_EXTRA', `create table audit.more () inherits (audit.entry)`, copyOf(5, 'chain', 'seq').replace('audit.entry', 'audit.more'))); // prettier-ignore
  holds('a second content row of a position', () =>
    found('ENTRY_UNREAD', 'alter table audit.content drop constraint content_pkey', `insert into audit.content select * from audit.content where pos = ${positionOf(5)}`)); // prettier-ignore
  holds('a captured row that is sealed twice', () => found('ENTRY_UNREAD', 'drop index audit.entry_pos_key', `update audit.entry set pos = ${positionOf(4)} where ${at(8)}`)); // prettier-ignore
  holds('an id that two entries have', () => found('ENTRY_UNREAD', 'drop index audit.entry_id_key', `update audit.entry set id = (select id from audit.entry where ${at(4)}) where ${at(8)}`)); // prettier-ignore
});

const chainRow = (set: string): string => `update audit.chain set ${set} where tenant_key = 'acme'`;

hostile('verify: chains that are not as a sealer opens them', (holds) => {
  for (const origin of [
    'example.com/test',
    'example.com/test/7',
    'example.com/test/02',
    'example.com/other/2',
    '2',
    'Example.com/test/2',
    'a b/2',
    'https://example.com/2',
    '/2',
    '',
  ])
    // prettier-ignore
    holds(`the origin "${origin}"`, () => found('CHAIN_ALTERED', chainRow(`origin = '${origin}'`)));
  holds('a chain that has lost all entries, its row emptied', () =>
    found('OPENING_WRONG', `delete from audit.entry where tenant_key = 'acme'`, chainRow(`size = 0, hash = decode(repeat('00', 32), 'hex'), frontier = ''`))); // prettier-ignore
  holds('a chain whose first entry is no opening', () => found('OPENING_WRONG', lie(0, 'action', '"chain.close"'), rehash({ head: true }))); // prettier-ignore
  for (const [name, set] of [
    ['without a nonce', `data = replace(data, '"nonce"', '"once"')`],
    ['whose tenant is a number', `data = regexp_replace(data, '"tenant":"acme"', '"tenant":5')`],
    ['of another tenant', `data = replace(data, 'acme', 'globex')`],
    ['whose details are a list', `data = '{"details":[]}'`],
    ['whose row is an event', `source = 'record'`],
    ['whose row has a model', `model = 'Note'`],
    ['whose row has a header', `header = '{}'`],
  ] as const)
    holds(`an opening ${name}`, () => found('OPENING_WRONG', `update audit.content set ${set} where pos = ${positionOf(0)}`)); // prettier-ignore
  holds('a second opening', () =>
    found('OPENING_WRONG', `update audit.content set source = 'control', op = 'chain.open' where pos = ${positionOf(4)}`, lie(4, 'action', '"chain.open"'))); // prettier-ignore
  holds('a chain of the greatest number, and two thousand million missing before it', () => found('CHAIN_MISSING', chainRow('chain = 2147483647'))); // prettier-ignore
  holds('a chain of number 0', () => found('CHAIN_ALTERED', chainRow('chain = 0')));
  holds('two rows of one chain', () => found('CHAIN_ALTERED', 'alter table audit.chain drop constraint chain_pkey, drop constraint chain_origin_key, drop constraint chain_tenant_key_key', `insert into audit.chain select * from audit.chain where tenant_key = 'acme'`)); // prettier-ignore
});

hostile('verify: whoever looks, and when', (holds) => {
  const asRole = async (
    setup: string[],
    work: (pool: ReturnType<typeof createPool>) => Promise<void>,
  ): Promise<void> => {
    const role = `looker_${Math.random().toString(36).slice(2)}`;
    const run = async (steps: readonly string[]): Promise<void> => {
      for (const step of steps) await log.pool.query(step.replaceAll('ROLE', role));
    };
    await run([`create role ROLE login`, `grant usage on schema audit to ROLE`, `grant select on all tables in schema audit to ROLE`, ...setup]); // prettier-ignore
    const url = new URL(log.url);
    url.username = role;
    const pool = createPool(url.href, { max: 2, applicationName: 'test' });
    try {
      await work(pool);
    } finally {
      await pool.end();
      for (const table of ['chain', 'entry', 'content']) await run([`drop policy if exists p on audit.${table}`, `drop policy if exists q on audit.${table}`, `alter table audit.${table} disable row level security`]); // prettier-ignore
      await run([`drop owned by ROLE`, `drop role ROLE`]);
    }
  };
  const look = (pool: ReturnType<typeof createPool>): Promise<Report> =>
    withLogSource(pool, 'audit', (source) => verify(source));
  const policy = (table: string, using: string, more = '', name = 'p'): string[] => [
    `alter table audit.${table} enable row level security`,
    `create policy ${name} on audit.${table} ${more} for select to ROLE using (${using})`,
  ];
  const refused =
    (...setup: string[][]) =>
    (): Promise<void> =>
      asRole(setup.flat(), async (pool) => {
        await expect(look(pool)).rejects.toMatchObject({ code: 'AUDIT_PRIVILEGE_MISSING', message: expect.stringMatching(/nothing was verified|may not do this/) }); // prettier-ignore
      });
  for (const table of ['chain', 'entry', 'content']) {
    holds(`${table} filtered to nothing`, refused([`alter table audit.${table} enable row level security`]));
    holds(`${table} filtered to one tenant`, refused(policy(table, table === 'content' ? 'pos < 5' : `tenant_key = 'acme'`)), { full: true }); // prettier-ignore
    holds(`${table} with a second policy that restricts`, refused(policy(table, 'true'), policy(table, 'false', 'as restrictive', 'q'))); // prettier-ignore
  }
  holds('a policy that shows all to others alone', refused([`alter table audit.entry enable row level security`, `create policy p on audit.entry for select to postgres using (true)`])); // prettier-ignore
  holds('no right to read content', refused([`revoke select on audit.content from ROLE`]));
  holds('a policy that is true, as the sealer’s, hides nothing', () =>
    asRole(['chain', 'entry', 'content'].flatMap((table) => policy(table, 'true')), async (pool) => {
      expect((await look(pool)).findings).toEqual([]);
    })); // prettier-ignore
  holds('time-outs of the role, behind a lock of half a second and with pauses', () =>
    asRole([`alter role ROLE set statement_timeout = '200ms'`, `alter role ROLE set lock_timeout = '1ms'`, `alter role ROLE set idle_in_transaction_session_timeout = '20ms'`], async (pool) => {
      const locker = await log.pool.connect();
      await locker.query('begin; lock table audit.entry in access exclusive mode');
      const released = new Promise((resolve) => setTimeout(resolve, 500)).then(() => locker.query('rollback'));
      const report = await withLogSource(pool, 'audit', async (source) => {
        await new Promise((resolve) => setTimeout(resolve, 100));
        return await verify(source);
      });
      await released;
      locker.release();
      expect(report.verdict).toBe('VERIFIED');
    })); // prettier-ignore

  for (const time of [`'infinity'`, `'-infinity'`, `'4000-01-01 BC'`, `now() - interval '2 minutes'`])
    holds(`content of the time ${time} that nobody seals`, async () => {
      const report = await verifyAfter(log.pool, [`insert into audit.content (at, source, op, model) values (${time}, 'change', 'insert', 'Note')`]); // prettier-ignore
      expect(report).toMatchObject({ verdict: 'INCOMPLETE', findings: [{ code: 'UNSEALED' }] });
    });
  holds('content of the next year that was passed over', async () => {
    const sealedLongAgo = [
      `insert into audit.content (pos, at, source, op, model) values (0, now() + interval '1 year', 'change', 'insert', 'Note')`,
      `update audit.entry set sealed_at = sealed_at - interval '1 day'`,
    ];
    const report = await verifyAfter(log.pool, sealedLongAgo, { maxFindings: 10_000 });
    expect(report.findings.map(({ code }) => code)).toContain('UNSEALED');
  });
  holds('a log whose clock is a year ahead of that of whoever looks', async () => {
    const report = await check(log, { now: () => Date.now() - 366 * 86_400_000 });
    expect(report).toMatchObject({ verdict: 'VERIFIED', notes: [expect.stringMatching(/^The last entry was sealed at .*one of the two clocks/), expect.stringMatching(/An entry says that it happened at/)] }); // prettier-ignore
    expect((await check(log)).notes).toEqual([]);
  });
});

hostile('verify: what was sealed as it was captured is not accused', (holds) => {
  for (const [i, [name, columns]] of ODD_ROWS.entries()) {
    holds(
      name,
      async () => {
        const row = { source: 'change', op: 'update', model: 'Thing', ...columns };
        const names = Object.keys(row);
        await log.pool.query(`insert into audit.content (${names.join(', ')}) values (${names.map((_, n) => `$${n + 1}`).join(', ')})`, Object.values(row)); // prettier-ignore
        await sealAll(log.pool);
        // That a column of content contradicts its data is found: no capture writes that.
        const accused = (await check(log)).findings.filter(({ message }) => !message.startsWith('column resource_id'));
        expect(accused).toEqual([]);
      },
      { full: i % 4 !== 0 },
    );
  }
  holds('changes of one transaction while the clock is set back', async () => {
    await log.pool.query(`insert into audit.content (at, source, op, model) select now() - i * interval '1 hour', 'change', 'insert', 'Note' from generate_series(0, 3) i`); // prettier-ignore
    await sealAll(log.pool);
    expect((await check(log)).findings.filter(({ message }) => !message.startsWith('column resource_id'))).toEqual([]);
  });
});
