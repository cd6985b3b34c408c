import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { PostgresEvidenceSource } from '../../src/store/postgres/evidence-source.js';
import { postgresCheckpointStore } from '../../src/store/postgres/index.js';
import { inSchema } from '../../src/store/postgres/schema.js';
import { createLog, type TestLog } from '../support/log.js';
import { asOwner } from '../checkpoint/support/signed-log.js';
import { MemoryAnchor, signerOf } from '../checkpoint/support/memory.js';
import { term } from './signed-log.js';

const MOST = 10 * 1024 * 1024;
const ROWS = 60;
const pages: number[] = [];
let log: TestLog;
/** As if it were the pool: what each answer holds is counted. */
const query = async (asked: { text: string; values?: unknown[] }) => {
  const result = await log.pool.query({ ...asked, rowMode: 'array' });
  pages.push((result.rows as unknown[][]).flat().reduce<number>((sum, each) => sum + String(each).length, 0));
  return result;
};
const source = new PostgresEvidenceSource(async (text, values) => (await query({ text: inSchema('audit', text), ...(values && { values }) })).rows as unknown[][]); // prettier-ignore

beforeAll(async () => {
  log = await createLog();
  await term(log, new MemoryAnchor(), ['acme'], signerOf('one'));
  await asOwner(log, `
    alter table audit.checkpoint drop constraint checkpoint_note_check;
    insert into audit.checkpoint (size, note, host) select 100 + g, repeat('x', case when g % 2 = 0 then 131072 else 500000 end), 'x' from generate_series(1, 3 * ${ROWS}) g;
    alter table audit.head alter column size type numeric;
    insert into audit.head select 100 + g, ('1' || repeat('0', 100000))::numeric from generate_series(1, 3 * ${ROWS}) g;
    insert into audit.content (pos, source, op, tenant_key, data) overriding system value
    select 1000000 + g, 'control', 'restore.declared', 'audit:registry', repeat('x', case when g % 3 = 0 then 2000000 else 1000000 end) from generate_series(1, ${ROWS}) g;
    insert into audit.entry (chain, seq, pos, sealed_at, occurred_at, id, hash, tenant_key, action, outcome, body)
    select 0, 100 + g, 1000000 + g, sealed_at, occurred_at, gen_random_uuid(), hash, tenant_key, 'restore.declared', outcome, case when g % 5 = 0 then repeat('x', 300000) else body end from audit.entry, generate_series(1, ${ROWS}) g where chain = 0 and seq = 1`); // prettier-ignore
}, 120_000);
afterAll(() => log.close());

const READ: Readonly<Record<string, () => AsyncIterable<unknown>>> = {
  checkpoints: () => source.checkpoints(),
  heads: () => source.heads(),
  controls: () => source.controls(),
  'controls of who leads': () => postgresCheckpointStore({ query } as never, 'audit').controls('restore.declared'),
};

it.each(Object.keys(READ))('rows of any length are read in pages of some megabytes: %s', async (name) => {
  pages.length = 0;
  let rows = 0;
  for await (const page of READ[name]?.() ?? []) rows += Array.isArray(page) ? page.length : 1;
  expect(rows).toBeGreaterThanOrEqual((ROWS * 2) / 3);
  expect(Math.max(...pages)).toBeLessThan(MOST);
});

it('of the newest checkpoint the one who leads reads no more than a note may have', async () => {
  pages.length = 0;
  const store = postgresCheckpointStore({ query } as never, 'audit');
  await store.last();
  expect(Math.max(...pages)).toBeLessThan(200_000);
});
