import { randomUUID } from 'node:crypto';
import type pg from 'pg';
import { canonicalJson, type CanonicalObject } from '../../../src/event/canonical.js';
import { uuidV7Time } from '../../../src/event/uuid.js';
import { signCheckpoint } from '../../../src/chain/checkpoint.js';
import { commitment } from '../../../src/chain/commitment.js';
import { entryText } from '../../../src/chain/entry.js';
import { Heads, type Head } from '../../../src/chain/heads.js';
import { NO_PREVIOUS } from '../../../src/chain/index.js';
import { FrontierBuilder } from '../../../src/chain/merkle.js';
import {
  finishRegistry,
  parseTold,
  REGISTRY_ACTOR,
  type RegistryKind,
  type ToldSize,
} from '../../../src/chain/registry.js';
import { signerOf, vkeyOfLabel } from '../../checkpoint/support/memory.js';
import { rehash, type Tampering } from '../attacker.js';
import { REGISTRY } from '../signed-log.js';

export const TENANT = 'audit:registry';
export const OTHER_ROOT = 'ab'.repeat(32);

/** A checkpoint as each of these keys signs it. */
export async function noteOf(
  size: number,
  root: string,
  labels: readonly string[],
  origin = REGISTRY,
): Promise<string> {
  const signers = [];
  for (const label of labels) {
    const vkey = await vkeyOfLabel(origin, label);
    signers.push({ vkey, sign: (bytes: Uint8Array) => signerOf(label).sign(bytes, vkey) });
  }
  return await signCheckpoint({ origin, size, root }, signers);
}

export async function rootOf(client: pg.ClientBase, chain: number, size: number): Promise<string> {
  const { rows } = await client.query<{ hash: string }>(
    `select encode(hash, 'hex') as hash from audit.entry where chain = $1 and seq < $2 order by seq`,
    [chain, size],
  );
  const tree = new FrontierBuilder();
  for (const { hash } of rows) tree.append(hash);
  return tree.root();
}

/** Puts a row of checkpoint in place of the one of this size. */
export const checkpoint =
  (size: number, note: string | ((client: pg.ClientBase) => Promise<string>)): Tampering =>
  async (client) => {
    await client.query(`delete from audit.checkpoint where size = $1`, [size]);
    const text = typeof note === 'string' ? note : await note(client);
    await client.query(`insert into audit.checkpoint (size, note, host) values ($1, $2, 'vm')`, [size, text]);
  };

/** @param root absent: the one that the registry has there */
export const signedBy = (size: number, labels: readonly string[], root?: string): Tampering =>
  checkpoint(size, async (client) => await noteOf(size, root ?? (await rootOf(client, 0, size)), labels));

/** Signs every checkpoint anew, as whoever has this key can. */
export const resign =
  (label: string): Tampering =>
  async (client) => {
    const { rows } = await client.query<{ size: string }>(`delete from audit.checkpoint returning size`);
    const { rows: chain } = await client.query<{ size: string }>(`select size from audit.chain where chain = 0`);
    const sizes = rows.map(({ size }) => Number(size)).filter((size) => size <= Number(chain[0]?.size));
    for (const size of sizes) await run(client, signedBy(size, [label]));
  };

const run = async (client: pg.ClientBase, step: Tampering): Promise<void> => {
  await (typeof step === 'string' ? client.query(step) : step(client));
};

/** What an entry of the registry says: data, commitment and `heads` agree, and its hashes with them. */
export const rewriteData =
  (seq: number, data: (before: string) => string, heads?: object): Tampering =>
  async (client) => {
    const { rows } = await client.query<{ pos: string; body: string; data: string; salt: string }>(
      `select e.pos, e.body, c.data, replace(c.salt_data::text, '-', '') as salt from audit.entry e join audit.content c using (pos) where e.chain = 0 and e.seq = $1`,
      [seq],
    );
    const row = rows[0]!;
    const text = data(row.data);
    const body = JSON.parse(row.body) as CanonicalObject & { commit: CanonicalObject };
    const changed = { ...body, ...heads, commit: { ...body.commit, data: commitment('data', row.salt, text) } };
    await client.query(`update audit.content set data = $2 where pos = $1`, [row.pos, text]);
    await client.query(`update audit.entry set body = $2 where pos = $1`, [row.pos, canonicalJson(changed)]);
    await run(client, rehash({ head: true, tenant: TENANT }));
  };

export const toldData = (told: readonly ToldSize[]): string => JSON.stringify({ details: { heads: told } });

/**
 * Makes the registry tell of the chains as they are now: the roots of all that it tells, its hashes, the table head.
 * @param leave chains that it is to tell nothing of; sizes beyond the chains' are told as the chains are
 * @param isBlunt whether it tells of a chain again that has not grown, as no sealer does
 */
export const retell =
  ({ leave = [] as readonly number[], isBlunt = false } = {}): Tampering =>
  async (client) => {
    const { rows: chains } = await client.query<{ chain: number; origin: string; size: string }>(`select chain, origin, size from audit.chain where chain > 0`); // prettier-ignore
    const { rows } = await client.query<{ seq: string; data: string }>(`select e.seq, c.data from audit.entry e join audit.content c using (pos) where e.chain = 0 and e.action = 'heads' order by e.seq`); // prettier-ignore
    const last = new Map<number, number>();
    for (const { seq, data } of rows) {
      const told: ToldSize[] = [];
      const heads: Head[] = [];
      for (const [chain, size] of parseTold(data) ?? []) {
        const record = chains.find((each) => each.chain === chain);
        if (record === undefined || leave.includes(chain)) continue;
        const there = Math.min(size, Number(record.size));
        if (!isBlunt && there <= (last.get(chain) ?? 0)) continue;
        told.push([chain, there]);
        heads.push({ origin: record.origin, size: there, root: await rootOf(client, chain, there) });
        last.set(chain, there);
      }
      const member = new Heads(heads).member();
      await run(
        client,
        rewriteData(Number(seq), () => toldData(told), { heads: { ...member } }),
      );
    }
    await client.query('delete from audit.head');
    for (const [chain, size] of last) await client.query(`insert into audit.head values ($1, $2)`, [chain, size]);
  };

/** Appends an entry to the registry that agrees with itself. */
export const append =
  (kind: RegistryKind, data: string | (() => Promise<string>), heads?: { count: number; root: string }): Tampering =>
  async (client) => {
    const { rows } = await client.query<{ pos: string; at: string; sealed: Date; seq: string }>(
      `select (select max(pos) + 1 from audit.content) as pos, size as seq, (select max(sealed_at) from audit.entry where chain = 0) as sealed,
              (select (extract(epoch from max(sealed_at)) * 1000000)::bigint from audit.entry where chain = 0) as at from audit.chain where chain = 0`,
    );
    const { pos, at, seq, sealed } = rows[0]!;
    const text = typeof data === 'string' ? data : await data();
    const [saltActor, saltData] = [randomUUID(), randomUUID()];
    const commit = {
      actor: commitment('actor', saltActor.replaceAll('-', ''), Buffer.from(REGISTRY_ACTOR)),
      data: commitment('data', saltData.replaceAll('-', ''), text),
    };
    const id = `${uuidV7Time(Number(at))}-8000-${randomUUID().slice(-12)}`;
    const { body } = entryText(finishRegistry(kind, commit, heads), { id, at: Number(at), isTimeLost: false }, null);
    await client.query(
      `insert into audit.content (pos, at, source, op, tenant_key, actor, data, salt_actor, salt_data) values ($1, $2, 'control', $3, $4, convert_to($5, 'UTF8'), $6, $7, $8)`,
      [pos, sealed, kind, TENANT, REGISTRY_ACTOR, text, saltActor, saltData],
    );
    await client.query(
      `insert into audit.entry (chain, seq, pos, sealed_at, occurred_at, id, hash, tenant_key, actor_id, action, outcome, body, source) values (0, $1, $2, $3, $3, $4, decode($5, 'hex'), $6, 'sealer', $7, 'success', $8, 'control')`,
      [seq, pos, sealed, id, NO_PREVIOUS, TENANT, kind, body],
    );
    await run(client, rehash({ from: Number(seq), head: true, tenant: TENANT }));
  };

/** Cuts entries off the end of a chain, with their content, and makes its row agree. */
export const cut = (chain: number, from: number): readonly Tampering[] => [
  `delete from audit.content where pos in (select pos from audit.entry where chain = ${chain} and seq >= ${from})`,
  `delete from audit.entry where chain = ${chain} and seq >= ${from}`,
  async (client) => {
    const { rows } = await client.query<{ tenant: string }>(`select tenant_key as tenant from audit.chain where chain = $1`, [chain]); // prettier-ignore
    await run(client, rehash({ from: Number.MAX_SAFE_INTEGER, head: true, tenant: rows[0]?.tenant ?? '' }));
  },
];

/** Removes a chain with all that is its own. */
export const drop = (chain: number): readonly string[] => [
  `delete from audit.content where pos in (select pos from audit.entry where chain = ${chain})`,
  ...['entry', 'chain', 'head'].map((table) => `delete from audit.${table} where chain = ${chain}`),
];

/** Rewrites an entry of a chain of a tenant so that section, commitment, columns and hashes agree. */
export const rewriteEntry = (chain: number, seq: number, data: (before: string) => string): readonly Tampering[] => [
  async (client) => {
    const { rows } = await client.query<{ pos: string; body: string; data: string; salt: string }>(
      `select e.pos, e.body, c.data, replace(c.salt_data::text, '-', '') as salt from audit.entry e join audit.content c using (pos) where e.chain = $1 and e.seq = $2`,
      [chain, seq],
    );
    const row = rows[0]!;
    const text = data(row.data);
    const commit = commitment('data', row.salt, text);
    await client.query(`update audit.content set data = $2 where pos = $1`, [row.pos, text]);
    await client.query(`update audit.entry set body = regexp_replace(body, '"data":"[0-9a-f]{64}"', '"data":"' || $2 || '"') where pos = $1`, [row.pos, commit]); // prettier-ignore
    const { rows: chains } = await client.query<{ tenant: string }>(`select tenant_key as tenant from audit.chain where chain = $1`, [chain]); // prettier-ignore
    await run(client, rehash({ head: true, tenant: chains[0]?.tenant ?? '' }));
  },
];
