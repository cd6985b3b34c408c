import { AuditReader } from '../dist/esm/query/index.js';
import { postgresEntryStore } from '../dist/esm/store/postgres/index.js';
import { freshDatabase, installLog, withPool } from './databases.mjs';
import { documented } from './documented.mjs';
import { fillForReading, TENANTS } from './reading-fill.mjs';
import { percentile } from './statistics.mjs';

export const READ_GOAL_MS = 5;

/**
 * Each question of docs/queries.md, of many tenants, actors and records, warm: how long the database plans and executes its statements,
 * and how long the caller waits. The first round of each is not counted.
 */
export async function measureReading(server, { entries, readRounds }) {
  const url = await freshDatabase(server, 'bench_read');
  await installLog(url);
  const started = performance.now();
  await fillForReading(url, entries, () => process.stderr.write('.'));
  const fillSeconds = (performance.now() - started) / 1000;
  return await withPool(url, async (pool) => {
    const seen = { ms: 0, nodes: [] };
    const explained = new AuditReader(postgresEntryStore(explaining(pool, seen), 'audit'), { allTenants: true });
    const plain = new AuditReader(postgresEntryStore(pool, 'audit'), { allTenants: true });
    const samples = await sample(pool);
    const questions = [];
    for (const { title, api, index } of documented()) {
      const [inDatabase, waited] = [[], []];
      const nodes = new Set();
      let last;
      for (let round = 0; round < readRounds; round += 1) {
        const ask = questionOf(api, samples[round % samples.length], round);
        // Once for the cache, then the caller's way, then with its plan.
        await ask(plain);
        const start = performance.now();
        last = await ask(plain);
        waited.push(performance.now() - start);
        seen.ms = 0;
        seen.nodes = [];
        await ask(explained);
        inDatabase.push(seen.ms);
        for (const node of seen.nodes) nodes.add(node);
      }
      process.stderr.write('.');
      questions.push({
        question: title,
        documentedIndex: index,
        plan: [...nodes].toSorted((a, b) => (a < b ? -1 : 1)),
        shown: last?.entries?.length ?? last?.groups?.length ?? last?.cells?.length ?? last?.count ?? 1,
        stopped: last?.stoppedAt !== undefined,
        databaseMs: { p50: percentile(inDatabase, 0.5), p95: percentile(inDatabase, 0.95) },
        callerMs: { p50: percentile(waited, 0.5), p95: percentile(waited, 0.95) },
      });
    }
    return { entries, tenants: TENANTS, rounds: readRounds, fillSeconds, goalMs: READ_GOAL_MS, questions };
  });
}

/** The words of the page, about another tenant, actor and record each time. */
function questionOf(api, { tenant, entry, group, tx, resource }, round) {
  const words = api
    .replaceAll("'acme'", `'${tenant}'`)
    .replaceAll("'u-17'", `'u-${round % 100}'`)
    .replaceAll("'Ada@example.com'", round % 5 ? `'User${round % 100}@example.com'` : "'Ada@example.com'")
    .replaceAll("'203.0.113.7'", `'203.0.113.${round % 100}'`)
    .replaceAll("'4711'", `'${resource}'`)
    .replaceAll("'req-12'", `'req-${12 + round * 7}'`);
  // oxlint-disable-next-line typescript/no-implied-eval -- the page's own words
  const ask = new Function('audit', 'ENTRY', 'GROUP', 'TX', `return (async () => ${words})()`);
  return (query) => ask({ query }, entry, group, tx);
}

/** Entries from all over the log to ask about. */
async function sample(pool) {
  const { rows } = await pool.query(
    `select tenant_key as tenant, id as entry, group_id as group, body::json ->> 'tx' as tx, resource_id as resource
       from (select *, row_number() over (partition by chain order by md5(id::text)) as place
               from audit.entry where resource_type = 'Invoice' and id in (select id from audit.entry tablesample bernoulli (5))) e
      where place <= 4 order by md5(id::text)`,
  );
  return rows;
}

/** A pool that explains each statement before it runs it. */
function explaining(pool, seen) {
  return {
    async query(config) {
      const { rows } = await pool.query({
        text: `explain (analyze, timing off, format json) ${config.text}`,
        values: config.values,
      });
      const [{ Plan: plan, 'Planning Time': planning, 'Execution Time': execution }] = rows[0]['QUERY PLAN'];
      seen.ms += planning + execution;
      visit(plan, seen.nodes);
      return await pool.query(config);
    },
  };
}

function visit(plan, nodes) {
  if (plan['Index Name']?.startsWith('entry') && plan['Actual Loops'] > 0) nodes.push(plan['Index Name']);
  if (plan['Node Type'] === 'Seq Scan' && plan['Relation Name'] === 'entry') nodes.push('Seq Scan');
  if (/Bitmap Heap/.test(plan['Node Type'])) nodes.push('bitmap');
  for (const inner of plan.Plans ?? []) visit(inner, nodes);
}
