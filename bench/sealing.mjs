import { Sealer } from '../dist/esm/sealer/index.js';
import { postgresSealerStore } from '../dist/esm/store/postgres/index.js';
import { freshDatabase, installLog, withPool } from './databases.mjs';
import { fillContent } from './fill.mjs';
import { insertPlainly, sealedRows } from './plain.mjs';
import { median } from './statistics.mjs';

const TENANTS = [1, 20];

/** A database with `rows` of content, drained by a sealer with its default options. */
export async function sealBacklog(server, name, { rows, tenants }) {
  const url = await freshDatabase(server, name);
  await installLog(url);
  await fillContent(url, { rows, tenants });
  return await withPool(url, async (pool) => {
    await pool.query('select 1'); // connected
    const errors = [];
    const sealer = new Sealer(postgresSealerStore(pool, 'audit'), { onError: (error) => errors.push(error) });
    const cpu = process.cpuUsage();
    const start = performance.now();
    sealer.start();
    await sealer.stop(600_000); // resolves when everything committed before is sealed
    const seconds = (performance.now() - start) / 1000;
    const { user, system } = process.cpuUsage(cpu);
    const counted = await pool.query('select count(*)::int as sealed from audit.entry');
    if (errors.length > 0) throw errors[0];
    if (counted.rows[0].sealed !== rows + tenants)
      throw new Error(`${counted.rows[0].sealed} of ${rows + tenants} sealed`);
    return { url, seconds, nodeMicrosPerEntry: (user + system) / rows };
  });
}

/** How fast a backlog is sealed, beside a plain insert of the same rows; runs alternate, each in a database of its own. */
export async function measureSealing(server, { sealingRounds, sealingRows: rows }) {
  const warmUp = await sealBacklog(server, 'bench_seal_1', { rows, tenants: 1 });
  const plainRows = await sealedRows(warmUp.url);
  await insertPlainly(warmUp.url, plainRows.slice(0, 5_000));
  const sealed = { 1: [], 20: [] };
  const plain = [];
  const nodeMicros = [];
  const seal = async (tenants) => {
    const run = await sealBacklog(server, `bench_seal_${tenants}`, { rows, tenants });
    sealed[tenants].push(rows / run.seconds);
    if (tenants === 1) nodeMicros.push(run.nodeMicrosPerEntry);
  };
  const insert = async () => {
    const url = await freshDatabase(server, 'bench_plain');
    await installLog(url);
    plain.push(plainRows.length / (await insertPlainly(url, plainRows)));
  };
  for (let round = 0; round < sealingRounds; round += 1) {
    const steps = [() => seal(1), insert, () => seal(20)];
    for (const step of round % 2 === 0 ? steps : steps.toReversed()) await step();
    process.stderr.write('.');
  }
  process.stderr.write('\n');
  return {
    rows,
    entriesPerSecond: median(sealed[1]),
    plainEntriesPerSecond: median(plain),
    ratio: median(sealed[1]) / median(plain),
    nodeMicrosPerEntry: median(nodeMicros),
    tenants: TENANTS.map((tenants) => ({ tenants, entriesPerSecond: median(sealed[tenants]) })),
  };
}
