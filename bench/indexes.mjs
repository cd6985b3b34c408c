import { Sealer } from '../dist/esm/sealer/index.js';
import { postgresSealerStore } from '../dist/esm/store/postgres/index.js';
import { urlOf, withClient, withPool } from './databases.mjs';
import { fillForIndexes } from './index-fill.mjs';
import { median, percentile } from './statistics.mjs';

/** Those that came with the columns of 0011_questions.sql. */
const NEWER = [
  'entry_source',
  'entry_email',
  'entry_address',
  'entry_plate',
  'entry_subject',
  'entry_point',
  'entry_access',
];
const drop = (...names) => names.map((name) => `drop index audit.${name}`).join('; ');

/** What is sealed into, and what the index is that it shows the cost of. */
const VARIANTS = [
  { name: 'all', change: '', of: [] },
  ...NEWER.map((name) => ({ name: `without ${name}`, change: drop(name), of: [name] })),
  { name: 'without these', change: drop(...NEWER), of: NEWER },
  // By which the log is followed (0016_follow.sql).
  { name: 'without entry_sealed', change: drop('entry_sealed'), of: ['entry_sealed'] },
  {
    name: 'groups without their order',
    change: `${drop('entry_group', 'entry_request')}; create index entry_group on audit.entry (group_id); create index entry_request on audit.entry (request_id)`,
    of: ['entry_group', 'entry_request'],
  },
];

const SIZES = `
select c.relname as name, pg_relation_size(c.oid)::float8 as bytes from pg_index i join pg_class c on c.oid = i.indexrelid where i.indrelid = 'audit.entry'::regclass`;

/** The columns of 0011_questions.sql as they lie in the rows. */
const COLUMNS = `
select avg(coalesce(pg_column_size(source), 0) + coalesce(pg_column_size(actor_email), 0) + coalesce(pg_column_size(address), 0)
         + coalesce(pg_column_size(plate), 0) + coalesce(pg_column_size(subject), 0))::float8 as bytes from audit.entry`;

async function sealOnce(server, change, rows) {
  await withClient(server, async (client) => {
    await client.query('drop database if exists bench_indexes_run with (force)');
    await client.query('create database bench_indexes_run template bench_indexes');
  });
  const url = urlOf(server, 'bench_indexes_run');
  if (change) await withClient(url, (client) => client.query(change));
  return await withPool(url, async (pool) => {
    const one = async (text, values) => (await pool.query(text, values)).rows[0];
    await pool.query('checkpoint'); // what is written whole after it is the same for all
    const { at } = await one('select pg_current_wal_insert_lsn() as at');
    const errors = [];
    const sealer = new Sealer(postgresSealerStore(pool, 'audit'), { onError: (error) => errors.push(error) });
    const start = performance.now();
    sealer.start();
    await sealer.stop(600_000); // resolves when everything committed before is sealed
    const seconds = (performance.now() - start) / 1000;
    if (errors.length > 0) throw errors[0];
    const { bytes } = await one('select pg_wal_lsn_diff(pg_current_wal_insert_lsn(), $1)::float8 as bytes', [at]);
    const { sealed } = await one('select count(*)::integer as sealed from audit.entry');
    if (sealed < rows) throw new Error(`${sealed} of ${rows} sealed`);
    const sizes = Object.fromEntries((await pool.query(SIZES)).rows.map((row) => [row.name, row.bytes / sealed]));
    return { rate: rows / seconds, walBytes: bytes / sealed, sizes, columnBytes: (await one(COLUMNS)).bytes };
  });
}

/**
 * What each index by which entries are found costs the sealer: the same backlog is sealed with it and without it, in databases that are copies of one, in
 * turn; the rate as the median of the ratios within a round.
 */
export async function measureIndexes(server, { indexRounds: rounds, indexRows: rows }) {
  await fillForIndexes(server, 'bench_indexes', rows);
  await sealOnce(server, '', rows); // warm
  const runs = new Map(VARIANTS.map(({ name }) => [name, []]));
  for (let round = 0; round < rounds; round += 1) {
    const turn = (round * 3) % VARIANTS.length;
    const order = [...VARIANTS.slice(turn), ...VARIANTS.slice(0, turn)];
    for (const { name, change } of round % 2 === 0 ? order : order.toReversed())
      runs.get(name).push(await sealOnce(server, change, rows));
    process.stderr.write('.');
  }
  process.stderr.write('\n');
  const all = runs.get('all');
  const walOf = (name) => median(runs.get(name).map(({ walBytes }) => walBytes));
  return {
    rows,
    rounds,
    columnBytes: all[0].columnBytes,
    variants: VARIANTS.map(({ name, of }) => {
      const own = runs.get(name);
      const ratios = own.map(({ rate }, round) => rate / all[round].rate);
      const walBytes = own.map((run) => run.walBytes);
      return {
        variant: name,
        entriesPerSecond: median(own.map(({ rate }) => rate)),
        rateRatio: median(ratios),
        rateQuartiles: [percentile(ratios, 0.25), percentile(ratios, 0.75)],
        walBytes: median(walBytes),
        walSpread: [Math.min(...walBytes), Math.max(...walBytes)],
        walFewer: walOf('all') - median(walBytes),
        // Of the log with all of them, and where an index is made otherwise, as it is made then.
        indexBytes: of.reduce((sum, index) => sum + all[0].sizes[index], 0),
        indexBytesHere: of.reduce((sum, index) => sum + (own[0].sizes[index] ?? 0), 0),
        allIndexBytes: Object.values(own[0].sizes).reduce((sum, bytes) => sum + bytes, 0),
      };
    }),
  };
}
