/**
 * One process of an application in trouble: writers that commit, roll back, use savepoints and fall asleep in their
 * transactions, beside a sealer with a short lease. Ends when its input does, that is, when its parent is gone.
 *
 * Arguments: database URL, number of writers.
 */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { Sealer } from '../../dist/esm/sealer/index.js';
import { createPool, postgresSealerStore } from '../../dist/esm/store/postgres/index.js';

const [url, writers] = process.argv.slice(2);
process.stdin.on('end', () => process.exit()).resume();

const pool = createPool(url, { max: 3, applicationName: 'chaos' });
// Without the belt and braces, which would find whatever the finder has lost.
const store = { ...postgresSealerStore(pool, 'audit'), overlooked: async () => [] };
new Sealer(store, { leaseMs: 400, batchSize: 200, minWaitMs: 5, maxWaitMs: 50 }).start();

const pick = (list) => list[Math.floor(Math.random() * list.length)];
const tenants = [null, 'acme', 'globex', 'initech'];

/** Inserts rows, each of which its trigger captures; resolves with their number. */
async function write(client, count) {
  await client.query(`insert into item select gen_random_uuid(), $1 from generate_series(1, $2::integer)`, [
    pick(tenants),
    count,
  ]);
  return count;
}

const savepoint = async (client, end, count) => {
  await client.query('savepoint s');
  await write(client, count);
  await client.query(end);
};

/** Each resolves with the number of captured rows that a commit would leave. */
const habits = [
  (client) => write(client, 1),
  (client) => write(client, 1 + Math.floor(Math.random() * 20)),
  async (client) => {
    const before = await write(client, 1);
    await savepoint(client, 'rollback to savepoint s', 3);
    return before + (await write(client, 2));
  },
  async (client) => {
    await savepoint(client, 'release savepoint s', 2);
    return 2;
  },
  async (client) => {
    const written = await write(client, 1);
    await sleep(Math.random() * 400);
    return written + (await write(client, 1));
  },
  async (client) => {
    const { rows } = await client.query(
      `select audit.record($1, array['record','record'], array[1000000,2000000]::bigint[], array[null,null], array[null,null], array[null,null],
        array[null,null], array[null,null], array['{"action":"a.b"}','{"action":"c.d"}'], array['7b7d','7b7d'], array[null,null], array[null,null]) as written`,
      [randomUUID()],
    );
    return rows[0].written;
  },
];

async function writer() {
  const client = new pg.Client({ connectionString: url, application_name: 'chaos' });
  await client.connect();
  for (;;) {
    await client.query('begin');
    const written = await pick(habits)(client);
    // The ledger tells, in the same transaction, what the log must come to hold.
    await client.query('insert into ledger values ($1)', [written]);
    await client.query(Math.random() < 0.25 ? 'rollback' : 'commit');
    await sleep(Math.random() * 10);
  }
}

await Promise.all(Array.from({ length: Number(writers) }, () => writer()));
