import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { EACH, emptyLog, filledLog, TENANTS, type FilledLog } from '../support/filled-log.js';
import { withLogSource } from '../../src/store/postgres/index.js';
import { exitCode, FINDINGS, verify, type Report } from '../../src/verify/index.js';
import { at, positionOf, verifyAfter } from './attacker.js';
import { CASES } from './tamperings.js';

let log: FilledLog;
let acme: { chain: number; origin: string };
beforeAll(async () => {
  log = await filledLog();
  const report = await run(log);
  acme = report.chains.find(({ tenant }) => tenant === 'acme') as typeof acme;
});
afterAll(() => log.close());

const OF_THE_REGISTRY = Object.keys(FINDINGS).filter((code) => /^(HEADS?_|REGISTRY_|CHECKPOINT_|KEY_|ANCHOR_|STANDBY_|RESTORE_|EQUIVOCATION|ORIGIN_|CHAIN_UNTOLD|BELOW_LEVEL)/.test(code)); // prettier-ignore

const run = ({ pool }: FilledLog, options = {}): Promise<Report> =>
  withLogSource(pool, 'audit', (source) => verify(source, options));

describe('a log that nobody touched', () => {
  it('is verified, with the number of its entries and sections', async () => {
    const report = await run(log);
    expect(report.findings).toEqual([]);
    expect(report).toMatchObject({ verdict: 'VERIFIED', level: 'L0', entries: TENANTS.length * (EACH + 1) });
    expect(
      report.chains.map(({ tenant, entries }) => `${tenant} ${entries}`).toSorted((a, b) => (a < b ? -1 : 1)),
    ).toEqual(TENANTS.map((tenant) => `${tenant} ${EACH + 1}`));
    // Two events of each tenant have no data, one no actor.
    expect(report.coverage.sections).toBe(TENANTS.length * (2 * (EACH + 1) - 3));
    expect(exitCode(report.verdict)).toBe(0);
  });

  it('is not called valid when there is nothing in it', async () => {
    const empty = await emptyLog();
    const report = await run(empty);
    await empty.close();
    expect(report).toMatchObject({ verdict: 'UNVERIFIABLE', entries: 0, findings: [] });
    expect(exitCode(report.verdict)).toBe(3);
  });

  const OLD = 'update audit.entry set source = null, actor_email = null, address = null';
  it('is verified where its entries are from before there were the later projections, and says how many', async () => {
    const all = TENANTS.length * (EACH + 1);
    const from = (pos: string): string => `update audit.projection set from_pos = ${pos}`;
    const report = await verifyAfter(log.pool, [OLD, from('1000000')]);
    expect(report).toMatchObject({
      verdict: 'VERIFIED',
      findings: [],
      notes: [expect.stringMatching(`^${all} entries`)],
    });
    const half = `(select min(pos) from audit.entry where sealed_at = (select max(sealed_at) from audit.entry))`;
    const some = await verifyAfter(log.pool, [from(half), `${OLD} where pos < ${half}`]);
    expect(some).toMatchObject({ verdict: 'VERIFIED', findings: [], notes: [expect.stringMatching(/^\d+ entries/)] });
    expect(await verifyAfter(log.pool, [from('1000000')])).toMatchObject({ verdict: 'VERIFIED', notes: [] });
  });

  it('is incomplete when content has waited for its entry for more than a minute', async () => {
    const insert = (age: string): string =>
      `insert into audit.content (at, source, op, model) select clock_timestamp() - interval '${age}', 'change', 'insert', 'Note' from generate_series(1, 12)`;
    expect(await verifyAfter(log.pool, [insert('30 s')])).toMatchObject({ verdict: 'VERIFIED' });
    const report = await verifyAfter(log.pool, [insert('70 s')]);
    expect(report).toMatchObject({ verdict: 'INCOMPLETE', findings: [{ code: 'UNSEALED' }] });
    expect(report.findings[0]?.message).toMatch(/^12 rows .*positions (\d+, ){10}…/);
    expect(exitCode(report.verdict)).toBe(3);
    expect(await verifyAfter(log.pool, [insert('30 s')], { unsealedAfterMs: 1_000 })).toMatchObject({
      verdict: 'INCOMPLETE',
    });
  });
});

describe('the verifier finds', () => {
  it.each(CASES.map((each) => [each.name, each] as const))('%s', async (_name, { steps, code, seq }) => {
    const report = await verifyAfter(log.pool, [...steps]);
    expect(report.verdict).toBe(FINDINGS[code].kind === 'tampered' ? 'TAMPERED' : 'INCOMPLETE');
    expect(exitCode(report.verdict)).not.toBe(0);
    const found = report.findings.filter((finding) => finding.code === code && finding.seq === seq);
    expect(found).not.toEqual([]);
    // A chain without its row, and content without an entry, have no origin that could be named.
    if (code === 'UNSEALED' || code === 'ENTRY_UNREAD') return;
    if (code === 'CHAIN_MISSING') expect(found[0]?.chain).toBe(acme.chain);
    else expect(found[0]).toMatchObject({ chain: acme.chain, origin: expect.stringMatching(/./) });
    const renamed = steps.some((step) => typeof step === 'string' && /origin =|tenant_key = 'x'/.test(step));
    if (seq !== undefined && !renamed) expect(found[0]?.origin).toBe(acme.origin);
  });

  it('only what was tampered with: one edit of a projection is one finding', async () => {
    const report = await verifyAfter(log.pool, [`update audit.entry set actor_id = 'bob' where ${at(3)}`]);
    const { rows } = await log.pool.query<{ id: string }>(`select id from audit.entry where ${at(3)}`);
    expect(report.findings).toEqual([
      {
        code: 'PROJECTION_ALTERED',
        ...acme,
        seq: 3,
        id: rows[0]?.id,
        message: 'column actor_id says "bob", the sealed bytes say "ann"',
      },
    ].map(({ code, origin, chain, seq, id, message }) => ({ code, message, origin, chain, seq, id }))); // prettier-ignore
    expect(report.chains.find(({ tenant }) => tenant === 'acme')?.findings).toBe(1);
  });
});

describe('the verifier goes on', () => {
  const edit = (seq: number, tenant: string): string =>
    `update audit.entry set hash = sha256('x') where ${at(seq, tenant)}`;
  const places = (report: Report): unknown[] =>
    report.findings.map(({ code, seq, chain }) => `${chain} ${seq} ${code}`);

  it('after a finding in the same chain', async () => {
    const report = await verifyAfter(log.pool, [
      `update audit.entry set outcome = 'failure' where ${at(2)}`,
      `delete from audit.entry where ${at(4)}`,
      `update audit.content set data = '{}' where pos = ${positionOf(7)}`,
    ]);
    expect(places(report)).toEqual([
      ...['2 PROJECTION_ALTERED', '4 ENTRY_MISSING', '7 SECTION_ALTERED'].map((place) => `${acme.chain} ${place}`),
      `${acme.chain} undefined CHAIN_ALTERED`, // its frontier
      'undefined undefined UNSEALED', // the content of the entry that is gone
    ]);
    expect(report.verdict).toBe('TAMPERED');
  });

  it('to the other chains', async () => {
    const report = await verifyAfter(log.pool, [edit(2, ''), edit(3, 'acme'), edit(4, 'globex')]);
    expect(new Set(report.findings.map(({ origin }) => origin)).size).toBe(3);
  });

  it('counts the findings that the report has no room for', async () => {
    const report = await verifyAfter(log.pool, [`update audit.entry set request_id = 'x'`], { maxFindings: 5 });
    expect(report.findings).toHaveLength(5);
    // All but the openings' and the one without an actor.
    expect(report.findingCount).toBeGreaterThanOrEqual(TENANTS.length * (EACH - 1));
  });

  it('when a full page ends in a number that JavaScript cannot hold', async () => {
    const report = await verifyAfter(log.pool, [
      `insert into audit.entry select chain, 9223372036854775807 - i, 100000 + i, sealed_at, occurred_at, gen_random_uuid(), hash, tenant_key, actor_id, action, resource_type, resource_id, outcome, request_id, group_id, body, source, actor_email, address, plate, subject
         from audit.entry, generate_series(0, ${1_000 - EACH - 2}) i where ${at(9)}`,
    ]);
    expect(report).toMatchObject({ verdict: 'TAMPERED', entries: TENANTS.length * (EACH + 1) + 1_000 - EACH - 1 });
  });
});

describe('the table of tamperings', () => {
  it('has every column of entry, chain and content', async () => {
    const { rows } = await log.pool.query<{ name: string }>(
      `select table_name || '.' || column_name as name from information_schema.columns
        where table_schema = 'audit' and table_name in ('entry', 'chain', 'content')`,
    );
    expect(rows.length).toBeGreaterThanOrEqual(37);
    expect(new Set(CASES.flatMap(({ columns }) => columns))).toEqual(new Set(rows.map(({ name }) => name)));
  });

  it('has every finding that an edit of the log can cause', () => {
    // See rewritten.spec.ts and read-back.spec.ts; what stands on the registry: evidence.spec.ts.
    const elsewhere = ['CHAIN_REWRITTEN', 'CHAIN_CUT', 'UNKNOWN_VERSION', ...OF_THE_REGISTRY];
    expect([...new Set(CASES.map(({ code }) => code)), ...elsewhere].toSorted()).toEqual(
      Object.keys(FINDINGS).toSorted(),
    );
  });
});
