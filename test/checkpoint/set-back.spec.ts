import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { parseCheckpoint } from '../../src/chain/checkpoint.js';
import { headLine } from '../../src/chain/heads.js';
import { encodeFrontier, FrontierBuilder } from '../../src/chain/merkle.js';
import { parseNote } from '../../src/chain/note.js';
import { Keeper } from '../../src/checkpoint/keeper.js';
import { Sealer } from '../../src/sealer/index.js';
import { postgresCheckpointStore } from '../../src/store/postgres/index.js';
import { copyOf, createLog, write, type TestLog } from '../support/log.js';
import { MemoryAnchor, signerOf } from './support/memory.js';
import { asOwner } from './support/signed-log.js';

/** One term in which something was written. @returns why nothing was signed in it */
async function term(log: TestLog, anchor: MemoryAnchor, declareRestore?: string): Promise<string | undefined> {
  const before = anchor.notes.length;
  const errors: unknown[] = [];
  const onError = (error: unknown): number => errors.push(error);
  const options = { signer: signerOf('one'), required: true, anchors: [anchor], tickMs: 50, heartbeatMs: 60_000 };
  const keeper = new Keeper(postgresCheckpointStore(log.pool, 'audit'), { ...options, declareRestore, onError });
  const sealer = new Sealer(log.store, { minWaitMs: 5, maxWaitMs: 20, leaseMs: 2_000, keeper, onError });
  await write(log.pool);
  sealer.start();
  const isOver = (): boolean => sealer.refusal !== undefined || anchor.notes.length > before || errors.length > 0;
  for (let i = 0; i < 500 && !isOver(); i += 1) await sleep(10);
  const { refusal } = sealer;
  await sealer.stop();
  return refusal ?? (errors.length > 0 ? errors.map(String).join('; ') : undefined);
}

/** What anchors have of a log that was set back, and lines of it. */
interface Honest {
  readonly notes: readonly string[];
  readonly lines: readonly string[];
  readonly greatest: number;
}

/** A row that says that all of it was left behind, in the place of an entry. */
const stray = ({ lines }: Honest, seq: number, body = 'body'): string => `
  alter table audit.entry drop constraint if exists entry_seq_check;
  insert into audit.content (pos, source, op, tenant_key, data, salt_data) overriding system value
  values (1000000 - ${seq}, 'control', 'restore.declared', 'audit:registry', '${JSON.stringify({ details: { abandoned: lines } })}', gen_random_uuid());
  insert into audit.entry (chain, seq, pos, sealed_at, occurred_at, id, hash, tenant_key, action, outcome, body)
  select 0, ${seq}, 1000000 - ${seq}, sealed_at, occurred_at, gen_random_uuid(), hash, tenant_key, 'restore.declared', outcome, ${body} from audit.entry where chain = 0 and seq = 1`;

const kept = (size: number, note: string): string =>
  `insert into audit.checkpoint (size, note, host) values (${size}, '${note}', 'x')`;

/** @param hashes of entries that the head has; others stand there */
async function headOf(log: TestLog, hashes: readonly string[]): Promise<void> {
  const tree = new FrontierBuilder();
  for (const hash of hashes) tree.append(hash);
  await asOwner(log, `update audit.chain set size = ${tree.size}, hash = '\\x${hashes.at(-1)}', frontier = '\\x${encodeFrontier(tree.frontier())}' where chain = 0`); // prettier-ignore
}

const hashesOf = async (log: TestLog): Promise<string[]> =>
  (await log.pool.query<{ hash: string }>(`select encode(hash, 'hex') as hash from audit.entry where chain = 0 order by seq`)).rows.map(({ hash }) => hash); // prettier-ignore

const TRICKS: Record<string, (log: TestLog, honest: Honest) => Promise<unknown>> = {
  'nothing else': () => Promise.resolve(),
  'a text as the newest checkpoint': (log, { greatest }) => asOwner(log, kept(greatest + 1, 'x')),
  'a checkpoint that nobody signed as the newest': (log, { greatest, notes }) => {
    const note = notes.at(-1)?.replace(`\n${greatest}\n`, `\n${greatest + 1}\n`) ?? '';
    return asOwner(log, kept(greatest + 1, note));
  },
  'one that was signed, under a greater number': (log, { greatest, notes }) =>
    asOwner(log, kept(greatest + 1, notes[0] ?? '')),
  'a declaration below the first entry': (log, honest) => asOwner(log, stray(honest, -5)),
  'a declaration behind the last entry': (log, honest) => asOwner(log, stray(honest, 50)),
  'a declaration in the place of an entry': (log, honest) => asOwner(log, `delete from audit.entry where chain = 0 and seq = 2; ${stray(honest, 2)}`), // prettier-ignore
  'a declaration beside an entry': (log, honest) => asOwner(log, `alter table audit.entry drop constraint entry_pkey; ${stray(honest, 1)}`), // prettier-ignore
  'another section of an entry, which says that it is a declaration': (log, { lines }) =>
    asOwner(log, `update audit.content set data = '${JSON.stringify({ details: { abandoned: lines } })}' where pos = (select pos from audit.entry where chain = 0 and seq = 1);
      update audit.entry set action = 'restore.declared' where chain = 0 and seq = 1`), // prettier-ignore
};

describe('a database that was set back is not signed again, whatever its owner has put into it:', () => {
  let backup: TestLog;
  let anchor: MemoryAnchor;
  let honest: Honest;
  beforeAll(async () => {
    const log = await createLog();
    anchor = new MemoryAnchor();
    await term(log, anchor);
    await term(log, anchor);
    backup = await copyOf(log);
    await term(log, anchor);
    await term(log, anchor);
    await log.close();
    const notes = anchor.notes.map(({ note }) => note);
    const lines = notes.map((note) => headLine(parseCheckpoint(parseNote(Buffer.from(note)).text)));
    honest = { notes, lines, greatest: Math.max(...anchor.sizes) };
  });
  afterAll(() => backup.close());

  it.each(Object.keys(TRICKS))('%s', async (name) => {
    const log = await copyOf(backup);
    const own = new MemoryAnchor();
    own.notes = [...anchor.notes];
    await TRICKS[name]?.(log, honest);
    expect(await term(log, own)).toMatch(/AUDIT_REGISTRY_FORKED|nothing is signed/);
    expect(own.sizes).toEqual(anchor.sizes);
    await log.close();
  });
});

it('a head that is not that of the entries behind it is not signed, though the anchors have nothing against those', async () => {
  const log = await createLog();
  const anchor = new MemoryAnchor();
  await term(log, anchor);
  await term(log, anchor);
  const hashes = await hashesOf(log);
  await asOwner(log, `truncate audit.checkpoint; ${stray({ notes: [], lines: [], greatest: 0 }, hashes.length)}`);
  await headOf(log, [...hashes.map((hash) => hash.toUpperCase().toLowerCase().split('').toReversed().join('')), 'ab'.repeat(32)]); // prettier-ignore
  const before = anchor.sizes;
  expect(await term(log, anchor)).toContain('nothing is signed');
  expect(anchor.sizes).toEqual(before);
  await log.close();
});

it('another log of the same name is told apart from a backup, before it is declared and in what is declared', async () => {
  const old = await createLog();
  const anchor = new MemoryAnchor();
  for (let i = 0; i < 3; i += 1) await term(old, anchor);
  const backup = await copyOf(old);
  await term(old, anchor);
  await old.close();
  const sharedIn = async (log: TestLog): Promise<unknown> => {
    const { rows } = await log.pool.query<{ data: string }>(
      `select data from audit.content where op = 'restore.declared'`,
    );
    return (JSON.parse(rows[0]?.data ?? '{}') as { details?: { shared?: unknown } }).details?.shared;
  };
  const own = new MemoryAnchor();
  own.notes = [...anchor.notes];
  expect(await term(backup, own)).toMatch(/to which this registry does not lead, of the sizes 5 to 5; the greatest to which it leads has the size 4/); // prettier-ignore
  await term(backup, own, 'the disk was lost');
  expect(await sharedIn(backup)).toBe(headLine(parseCheckpoint(parseNote(Buffer.from(anchor.notes[2]?.note ?? '')).text))); // prettier-ignore
  await backup.close();
  const other = await createLog();
  expect(await term(other, anchor)).toMatch(/of the sizes 2 to 5, and none to which it leads: nothing that was signed says that this is the same log/); // prettier-ignore
  await term(other, anchor, 'the disk was lost');
  expect(await sharedIn(other)).toBe('nothing');
  await other.close();
});

describe('of a restore that was declared', () => {
  it('what it left behind hides nothing that was signed since', async () => {
    const log = await createLog();
    const anchor = new MemoryAnchor();
    await term(log, anchor);
    const first = await copyOf(log);
    for (let i = 0; i < 6; i += 1) await term(log, anchor);
    await log.close();
    const left = anchor.notes.at(-1)?.note ?? '';
    await term(first, anchor, 'the disk was lost');
    const second = await copyOf(first);
    await term(first, anchor);
    await first.close();
    const before = anchor.sizes;
    await asOwner(second, kept(Math.max(...before), left));
    expect(await term(second, anchor)).toContain('nothing is signed');
    expect(anchor.sizes).toEqual(before);
    await second.close();
  });

  it('the entry is found behind any number of rows that say they are such', async () => {
    const log = await createLog();
    const anchor = new MemoryAnchor();
    await term(log, anchor);
    const backup = await copyOf(log);
    await term(log, anchor);
    await log.close();
    await term(backup, anchor, 'the disk was lost');
    // What it was signed by is gone: anchors are asked for all that they have.
    await asOwner(backup, `truncate audit.checkpoint; alter table audit.entry drop constraint entry_seq_check;
      insert into audit.content (pos, source, op, tenant_key, data) overriding system value select 1000000 + g, 'control', 'restore.declared', 'audit:registry', '{}' from generate_series(1, 1500) g;
      insert into audit.entry (chain, seq, pos, sealed_at, occurred_at, id, hash, tenant_key, action, outcome, body)
      select 0, -g, 1000000 + g, sealed_at, occurred_at, ('00000000-0000-7000-8000-' || lpad(g::text, 12, '0'))::uuid, hash, tenant_key, 'restore.declared', outcome, body from audit.entry, generate_series(1, 1500) g where chain = 0 and seq = 1`); // prettier-ignore
    const before = anchor.notes.length;
    expect(await term(backup, anchor)).toBeUndefined();
    expect(anchor.notes.length).toBeGreaterThan(before);
    await backup.close();
  });
});
