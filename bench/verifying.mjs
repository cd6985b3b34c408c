import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Leader } from '../dist/esm/sealer/leader.js';
import { postgresSealerStore, withLogSource } from '../dist/esm/store/postgres/index.js';
import { verify } from '../dist/esm/verify/index.js';
import { checkpoint, freshDatabase, installLog, withPool } from './databases.mjs';
import { fillContent } from './fill.mjs';
import { sealBacklog } from './sealing.mjs';
import { median } from './statistics.mjs';

const run = promisify(execFile);

/** How fast a sealed log is verified: every hash, link, commitment and projection, with both sections. */
export async function measureVerify(server, { verifyRounds, sealingRows: rows }) {
  const { url } = await sealBacklog(server, 'bench_verify', { rows, tenants: 1 });
  const perCore = [];
  const wall = [];
  await withPool(url, async (pool) => {
    for (let round = -1; round < verifyRounds; round += 1) {
      const cpu = process.cpuUsage();
      const start = performance.now();
      const report = await withLogSource(pool, 'audit', (source) => verify(source));
      const seconds = (performance.now() - start) / 1000;
      const { user, system } = process.cpuUsage(cpu);
      if (report.verdict !== 'VERIFIED')
        throw new Error(`the log is ${report.verdict}: ${JSON.stringify(report.findings[0])}`);
      if (round < 0) continue; // warm-up
      perCore.push(report.entries / ((user + system) / 1e6));
      wall.push(report.entries / seconds);
    }
  });
  return { rows, entriesPerSecondPerCore: median(perCore), entriesPerSecond: median(wall) };
}

/** A smaller log, beside which the memory of the large one is seen. */
const SMALL = 100_000;
const RUNS = ['plain-headers', 'headers', 'plain', 'full'];

/** What a log of so many entries takes, each run in a process of its own, beside the plain COPY of the same rows. */
export async function measureLongVerify(server, { entries, verifyRounds }) {
  const sizes = entries > SMALL ? [SMALL, entries] : [entries];
  const logs = [];
  for (const rows of sizes) {
    const url = await sealedLog(server, `bench_verify_${rows}`, rows);
    const runs = Object.fromEntries(RUNS.map((what) => [what, []]));
    const rounds = rows > SMALL ? 1 : verifyRounds;
    for (let round = 0; round < rounds; round += 1)
      for (const what of RUNS) {
        runs[what].push(await runApart(what, url));
        process.stderr.write('.');
      }
    const of = (what, figure) => median(runs[what].map((each) => each[figure]));
    const measured = RUNS.map((what) => ({
      what,
      entriesPerSecond: of(what, 'perSecond'),
      entriesPerSecondPerCore: of(what, 'perCore'),
      peakMegabytes: of(what, 'megabytes'),
    }));
    logs.push({ entries: rows, runs: measured, memory: await runApart('memory', url) });
    process.stderr.write('\n');
  }
  const peak = (log) => log.runs.find(({ what }) => what === 'full').peakMegabytes;
  return { logs, peakRatio: logs.length > 1 ? peak(logs[1]) / peak(logs[0]) : undefined };
}

export async function sealedLog(server, name, rows) {
  const url = await freshDatabase(server, name);
  await installLog(url);
  await fillContent(url, { rows, tenants: 1 });
  await withPool(url, async (pool) => {
    const store = postgresSealerStore(pool, 'audit');
    const lease = await store.acquire('bench', LEASE_MS);
    const leader = new Leader(store, lease, { leaseMs: LEASE_MS, batchSize: 5_000 });
    await leader.begin();
    for (let idle = 0; idle < 2;) idle = (await leader.round()) > 0 ? 0 : idle + 1;
    await leader.end();
    await pool.query('vacuum analyze audit.entry');
    await pool.query('vacuum analyze audit.content');
  });
  await checkpoint(url);
  return url;
}

const LEASE_MS = 600_000;

async function runApart(what, url) {
  const { stdout } = await run(process.execPath, [
    fileURLToPath(new URL('verify-run.mjs', import.meta.url)),
    what,
    url,
  ]);
  return JSON.parse(stdout);
}
