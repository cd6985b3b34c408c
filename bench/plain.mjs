import { withClient } from './databases.mjs';

// The floor of sealing: somebody who writes the same full rows into one table with the same indexes, without a chain.
const TYPES = {
  chain: 'integer',
  seq: 'bigint',
  pos: 'bigint',
  sealed_at: 'timestamptz',
  occurred_at: 'timestamptz',
  id: 'uuid',
  hash: 'bytea',
  tenant_key: 'text',
  actor_id: 'text',
  action: 'text',
  resource_type: 'text',
  resource_id: 'text',
  outcome: 'text',
  request_id: 'text',
  group_id: 'uuid',
  body: 'text',
  source: 'text',
  actor_email: 'text',
  address: 'text',
  actor: 'bytea',
  data: 'text',
};
const COLUMNS = Object.keys(TYPES);
const BATCH = 1_000;

const CREATE = `create table plain (like audit.entry including defaults including constraints including indexes, actor bytea, data text)`;

const INSERT = `
insert into plain (${COLUMNS.join(', ')})
select * from unnest(${COLUMNS.map((column, i) => `$${i + 1}::${TYPES[column]}[]`).join(', ')})`;

/** The rows that the sealer has made out of a content, to be written again the plain way. */
export async function sealedRows(url) {
  const columns = COLUMNS.map((column) => {
    const from = column === 'actor' || column === 'data' ? 'c' : 'e';
    return TYPES[column] === 'bytea' ? `${from}.${column}` : `${from}.${column}::text`;
  });
  const text = `select ${columns.join(', ')} from audit.entry e join audit.content c using (pos) order by pos`;
  return await withClient(url, async (client) => (await client.query(text)).rows);
}

/** Seconds it took. */
export async function insertPlainly(url, rows) {
  return await withClient(url, async (client) => {
    await client.query(CREATE);
    await client.query('checkpoint');
    const start = performance.now();
    for (let from = 0; from < rows.length; from += BATCH) {
      const batch = rows.slice(from, from + BATCH);
      await client.query(
        INSERT,
        COLUMNS.map((column) => batch.map((row) => row[column])),
      );
    }
    return (performance.now() - start) / 1000;
  });
}
