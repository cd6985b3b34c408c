/**
 * What the capture triggers cost the server, as CPU time of the backend: on a busy machine it moves far less than latency.
 * `node bench/trigger-cpu.mjs [--seconds 10] [--only NAME] [--against OTHER_0004.sql]…` compares capture migrations in one run.
 * Linux only: the kernel counts the nanoseconds.
 */
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import pg from 'pg';
import { reconcileTriggers } from '../dist/esm/store/postgres/index.js';
import { startPostgres } from '../test/support/postgres.mjs';
import { createApplication, installLog, withPool } from './databases.mjs';
import { median } from './statistics.mjs';

const { values: options } = parseArgs({
  options: {
    seconds: { type: 'string', default: '10' },
    only: { type: 'string', default: '' },
    against: { type: 'string', multiple: true, default: [] },
  },
});
const CAPTURE = new URL('../prisma/migrations/0004_capture.sql', import.meta.url);
const SECTION = { actor: { id: 'user_01HZX3V7Q8', type: 'user', email: 'ada.lovelace@example.com' }, tenant: 'acme', requestId: '6f1c2b9e-3d47-4a58-9c0e-000000000001', ip: '203.0.113.42', userAgent: 'Mozilla/5.0 (X11; Linux x86_64) Firefox/126.0' }; // prettier-ignore
const COMMENT = ` /*audit1:0190a5b0c0de7000800000000000beef${Buffer.from(JSON.stringify(SECTION)).toString('hex')}*/`;

let serial = 0;
const text = (n) => `Changed in step ${n}`;
const DOCUMENT = '{"source": "api", "channel": "web", "reference": "PO-2024-00417"}';
const ALL = [
  {
    name: 'insert 1',
    calls: 200,
    sql: `insert into "InvoiceLine" ("invoiceId", "position", "sku", "description", "quantity", "unitPrice", "attributes", "updatedAt") values ($1, 1, 'SKU', $2, 2, 149.95, '{}', now()) returning *`,
    values: (n) => [1 + (n % 100), text(n)],
  },
  {
    name: 'insert 1, with a document',
    calls: 200,
    sql: `insert into "Invoice" ("tenantId", "accountId", "number", "total", "tax", "note", "metadata", "updatedAt") values ('acme', $1, $2, 1200.5, 228.1, $3, $4, now()) returning *`,
    values: (n) => [1000 + (n % 500), `INV-${n}`, text(n), DOCUMENT],
  },
  {
    name: 'update 1, with a document',
    calls: 200,
    sql: `update "Invoice" set "status" = $2, "total" = 2000.75, "note" = $3 where "id" = $1 returning *`,
    values: (n) => [1 + (n % 100), `s${n % 4}`, text(n)],
  },
  {
    name: 'update of no row',
    calls: 200,
    sql: `update "Invoice" set "status" = $1 where "id" = -1`,
    values: (n) => [`s${n % 4}`],
  },
  {
    name: 'insert 1 of a join table',
    calls: 200,
    sql: `insert into "_InvoiceToTag" ("A", "B") values ($1, $2) on conflict do nothing`,
    values: (n) => [1 + (Math.trunc(n / 20) % 2000), 1 + (n % 20)],
  },
  {
    name: 'update 100, with a document',
    calls: 20,
    rows: 100,
    sql: `update "Invoice" set "status" = $2, "note" = $3 where "accountId" = $1`,
    values: (n) => [11, `s${n % 4}`, text(n)],
  },
  {
    name: 'insert 1,000, with a document',
    calls: 3,
    rows: 1000,
    sql: `insert into "Invoice" ("tenantId", "accountId", "number", "total", "tax", "note", "metadata", "updatedAt") select 'acme', 1000, $1 || n, 1200.5, 228.1, $2, $3::jsonb, now() from generate_series(1, 1000) n`,
    values: (n) => [`MANY-${n}-`, text(n), DOCUMENT],
  },
];

const STATEMENTS = ALL.filter(({ name }) => name.includes(options.only));

const server = await startPostgres();
const clients = [];
try {
  const variants = [['none', undefined]];
  options.against.forEach((file, i) => variants.push([`against${i + 1}`, file]));
  variants.push(['now', CAPTURE]);
  for (const [name, capture] of variants) clients.push({ name, client: await connect(name, capture), us: {} });
  const until = performance.now() + Number(options.seconds) * 1000 * STATEMENTS.length;
  for (let round = 0; round < 3 || performance.now() < until; round += 1) {
    for (const statement of STATEMENTS) {
      for (const each of round % 2 ? clients : clients.toReversed()) {
        const us = await block(each.client, statement);
        if (round > 0) (each.us[statement.name] ??= []).push(us);
      }
    }
  }
  for (const { name, rows = 1 } of STATEMENTS) {
    const [floor, ...others] = clients.map((each) => median(each.us[name]));
    const cells = others.map((us, i) => `${clients[i + 1].name} ${us.toFixed(0)} (+${((us - floor) / rows).toFixed(1)} a row, ×${(us / floor).toFixed(2)})`); // prettier-ignore
    console.log(`${name}: ${[`none ${floor.toFixed(0)} µs`, ...cells].join(' · ')}`);
  }
} finally {
  await Promise.all(clients.map(({ client }) => client.end()));
  await server.stop();
}

async function connect(name, capture) {
  const url = await createApplication(server.url, `cpu_${name}`, { audited: false });
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => {}); // a query that fails says so itself
  await client.connect();
  if (capture) {
    await installLog(url);
    await client.query(readFileSync(capture, 'utf8')); // what is being worked on need not be in the build
    await withPool(url, (pool) => reconcileTriggers(pool, {}));
  }
  return client;
}

/** Microseconds of CPU of the server process, for one statement. */
async function block(client, { sql, values, calls }) {
  const before = nanoseconds(client.processID);
  for (let i = 0; i < calls; i += 1) await client.query(sql + COMMENT, values((serial += 1)));
  return (nanoseconds(client.processID) - before) / calls / 1000;
}

function nanoseconds(pid) {
  return Number(readFileSync(`/proc/${pid}/schedstat`, 'utf8').split(' ')[0]);
}
