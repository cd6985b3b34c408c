import { createHash } from 'node:crypto';
import pg from 'pg';

/**
 * All that the owner of the database can do who has read the documentation of the record: make the hashes of a chain anew from its
 * first entry, then what the registry told of it, then the hashes of the registry, and delete what was signed. The log agrees with
 * itself again. What he lacks is the key, and what lies outside of the database.
 */
export async function rewriteHistory(databaseUrl: string): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    for (const table of ['content', 'entry', 'chain', 'checkpoint'])
      await client.query(`alter table audit.${table} disable trigger all`);
    await agreeWithContent(client);
    const { rows } = await client.query<{ chain: number }>('select chain from audit.chain where chain > 0');
    for (const { chain } of rows) await rehash(client, chain);
    await retell(client);
    await rehash(client, 0);
    await client.query('delete from audit.checkpoint');
    for (const [table, trigger] of [
      ['content', 'append_only'],
      ['entry', 'append_only'],
      ['chain', 'keep'],
      ['chain', 'grows'],
      ['checkpoint', 'append_only'],
    ])
      // prettier-ignore
      await client.query(`alter table audit.${table} enable always trigger ${trigger}`);
  } finally {
    await client.end();
  }
}

const sha256 = (...parts: (string | Buffer)[]): Buffer => {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest();
};
const node = (left: Buffer, right: Buffer): Buffer => sha256(Buffer.of(1), left, right);

/** The bodies commit to what the edited rows say now. */
async function agreeWithContent(client: pg.Client): Promise<void> {
  const { rows } = await client.query<{ pos: string; salt: string; data: string; body: string }>(
    `select e.pos, replace(c.salt_data::text, '-', '') as salt, c.data, e.body from audit.entry e join audit.content c on c.pos = e.pos where c.data is not null and c.salt_data is not null`,
  );
  for (const { pos, salt, data, body } of rows) {
    const commit = sha256(`audit-section/v1\ndata\n${salt}\n`, data).toString('hex');
    const now = body.replace(/"data":"[0-9a-f]{64}"/, `"data":"${commit}"`);
    if (now !== body) await client.query('update audit.entry set body = $2 where pos = $1', [pos, now]);
  }
}

/** Hash and link of every entry of a chain, its head and its frontier. */
async function rehash(client: pg.Client, chain: number): Promise<void> {
  const { rows } = await client.query<{ origin: string; seq: string; at: string; body: string }>(
    `select c.origin, e.seq, to_char(e.sealed_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as at, e.body
       from audit.entry e join audit.chain c on c.chain = e.chain where e.chain = $1 order by e.seq`,
    [chain],
  );
  let prev: Buffer = Buffer.alloc(32);
  const hashes: Buffer[] = [];
  for (const { origin, seq, at, body } of rows) {
    prev = sha256(Buffer.of(0), `audit-entry/v1\n${origin}\n${seq}\n${at}\n${prev.toString('hex')}\n${body}`);
    hashes.push(prev);
    await client.query('update audit.entry set hash = $3 where chain = $1 and seq = $2', [chain, seq, prev]);
  }
  const frontier = Buffer.concat(subtrees(hashes));
  await client.query('update audit.chain set hash = $2, frontier = $3 where chain = $1', [chain, prev, frontier]);
}

/** What the registry told of each chain becomes what the chains are now. */
async function retell(client: pg.Client): Promise<void> {
  const { rows: entries } = await client.query<{ pos: string; data: string; body: string }>(
    `select e.pos, c.data, e.body from audit.entry e join audit.content c on c.pos = e.pos where e.chain = 0 and e.action = 'heads'`,
  );
  for (const { pos, data, body } of entries) {
    const told = (JSON.parse(data) as { details: { heads: [number, number][] } }).details.heads;
    const lines = await Promise.all(told.map(([chain, size]) => line(client, chain, size)));
    const root = rootOf(lines.toSorted().map((text) => sha256(Buffer.of(0), text))).toString('hex');
    await client.query('update audit.entry set body = $2 where pos = $1', [pos, body.replace(/"root":"[0-9a-f]{64}"/, `"root":"${root}"`)]); // prettier-ignore
  }
}

async function line(client: pg.Client, chain: number, size: number): Promise<string> {
  const { rows } = await client.query<{ origin: string; hash: Buffer }>(
    'select c.origin, e.hash from audit.entry e join audit.chain c on c.chain = e.chain where e.chain = $1 and e.seq < $2 order by e.seq',
    [chain, size],
  );
  return `${rows[0]?.origin} ${size} ${rootOf(rows.map(({ hash }) => hash)).toString('base64')}`;
}

/** Roots of the complete subtrees, largest first (RFC 6962 §2.1). */
function subtrees(leaves: readonly Buffer[]): Buffer[] {
  const nodes: Buffer[] = [];
  for (const [i, leaf] of leaves.entries()) {
    let hash = leaf;
    for (let n = i; n % 2 === 1; n = Math.floor(n / 2)) hash = node(nodes.pop() as Buffer, hash);
    nodes.push(hash);
  }
  return nodes;
}

function rootOf(leaves: readonly Buffer[]): Buffer {
  const nodes = subtrees(leaves);
  const last = nodes.pop();
  return last === undefined ? sha256() : nodes.reduceRight((right, left) => node(left, right), last);
}
