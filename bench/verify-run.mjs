// One verification in a process of its own, so that its memory and its processor are nobody else's. Prints one line of JSON.
import { setTimeout as sleep } from 'node:timers/promises';
import { copyOut } from '../dist/esm/store/postgres/copy-out.js';
import { withLogSource } from '../dist/esm/store/postgres/index.js';
import { verify } from '../dist/esm/verify/index.js';
import { withPool } from './databases.mjs';
import { inMemory } from './verify-memory.mjs';

const [what, url] = process.argv.slice(2);

/** The same rows, whole and in the same order, and nothing done with them. */
const PLAIN = `copy (select e.*, c.* from audit.entry e left join audit.content c on c.pos = e.pos order by e.chain, e.seq) to stdout (format binary)`;
const PLAIN_HEADERS = `copy (select e.* from audit.entry e order by e.chain, e.seq) to stdout (format binary)`;

async function copied(pool, text) {
  const client = await pool.connect();
  let rows = 0;
  await client.query('set enable_sort = off; set enable_hashjoin = off; set enable_mergejoin = off; set enable_seqscan = off'); // prettier-ignore
  await copyOut(client, text, () => (rows += 1));
  client.release();
  return rows - 2; // the head, and the end
}

async function verified(pool, content) {
  const report = await withLogSource(pool, 'audit', (source) => verify(source, { content }));
  const expected = content ? 'VERIFIED' : 'INCOMPLETE';
  if (report.verdict !== expected || report.findingCount > 0)
    throw new Error(`the log is ${report.verdict}: ${JSON.stringify(report.findings[0])}`);
  return report.entries;
}

const RUNS = {
  full: (pool) => verified(pool, true),
  headers: (pool) => verified(pool, false),
  plain: (pool) => copied(pool, PLAIN),
  'plain-headers': (pool) => copied(pool, PLAIN_HEADERS),
};

await withPool(url, async (pool) => {
  if (what === 'memory') return console.log(JSON.stringify(await inMemory(pool)));
  await pool.query('select 1');
  await sleep(50);
  const cpu = process.cpuUsage();
  const start = performance.now();
  const entries = await RUNS[what](pool);
  const seconds = (performance.now() - start) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  const megabytes = process.resourceUsage().maxRSS / 1024;
  console.log(JSON.stringify({ perSecond: entries / seconds, perCore: entries / ((user + system) / 1e6), megabytes }));
});
