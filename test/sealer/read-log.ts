import type pg from 'pg';
import {
  commitment,
  encodeFrontier,
  entryHash,
  FrontierBuilder,
  NO_PREVIOUS,
  type Body,
  type SectionName,
} from '../../src/chain/index.js';

export interface LogEntry {
  readonly chain: number;
  readonly seq: number;
  readonly pos: number;
  /** As PostgreSQL has it, to the microsecond. */
  readonly sealedAt: string;
  readonly id: string;
  readonly tenant: string;
  readonly actorId: string | null;
  readonly action: string;
  readonly resourceId: string | null;
  readonly op: string | null;
  readonly xid: string;
  readonly flags: readonly string[];
  readonly body: Body;
}

const ENTRIES = `
select e.*, encode(e.hash, 'hex') as hash, to_char(e.sealed_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as sealed_at,
       c.op, c.xid::text as xid, c.actor, c.data, replace(c.salt_actor::text, '-', '') as salt_actor, replace(c.salt_data::text, '-', '') as salt_data
  from audit.entry e left join audit.content c on c.pos = e.pos
 order by e.chain, e.seq`;

/**
 * Every entry, in the order of chain and sequence, and all that is wrong with them: each hash, link, commitment and head
 * is computed anew from what is stored. Shorter than the verifier, and knows nothing of it.
 */
export async function readLog(pool: pg.Pool): Promise<{ entries: LogEntry[]; problems: string[] }> {
  const problems: string[] = [];
  const { rows } = await pool.query<Record<string, string>>(ENTRIES);
  const { rows: chains } = await pool.query<Record<string, string>>(
    `select chain, origin, size, encode(hash, 'hex') as hash, encode(frontier, 'hex') as frontier from audit.chain`,
  );
  for (const chain of chains) {
    const tree = new FrontierBuilder();
    let prev = NO_PREVIOUS;
    for (const row of rows.filter((entry) => entry['chain'] === chain['chain'])) {
      const at = `chain ${chain['chain']}, entry ${row['seq']}`;
      const sealedAt = row['sealed_at']?.replace(/000Z$/, 'Z') ?? '';
      const header = { origin: chain['origin'] as string, seq: tree.size, sealedAt, prev };
      if (Number(row['seq']) !== tree.size) problems.push(`${at}: is number ${tree.size}`);
      if (entryHash(header, row['body'] as string) !== row['hash']) problems.push(`${at}: hash`);
      const { commit } = JSON.parse(row['body'] as string) as Body;
      for (const name of ['actor', 'data'] satisfies SectionName[]) {
        const [salt, bytes] = [row[`salt_${name}`], row[name]];
        const made = salt && bytes != null ? commitment(name, salt, bytes) : null;
        if (commit[name] !== made) problems.push(`${at}: commitment of ${name}`);
      }
      prev = row['hash'] as string;
      tree.append(prev);
    }
    const { size } = tree;
    if (Number(chain['size']) !== size || chain['hash'] !== prev) problems.push(`chain ${chain['chain']}: head`);
    if (chain['frontier'] !== encodeFrontier(tree.frontier())) problems.push(`chain ${chain['chain']}: frontier`);
  }
  return { entries: rows.map((row) => logEntry(row)), problems };
}

function logEntry(row: Record<string, string>): LogEntry {
  const body = JSON.parse(row['body'] as string) as Body;
  return {
    chain: Number(row['chain']),
    seq: Number(row['seq']),
    pos: Number(row['pos']),
    sealedAt: row['sealed_at'] as string,
    id: row['id'] as string,
    tenant: row['tenant_key'] as string,
    actorId: row['actor_id'] ?? null,
    action: row['action'] as string,
    resourceId: row['resource_id'] ?? null,
    op: row['op'] ?? null,
    xid: row['xid'] as string,
    flags: body.flags ?? [],
    body,
  };
}
