import { once } from 'node:events';
import { Agent, request } from 'node:http';
import express from 'express';
import { auditViewer, createAudit } from '../dist/esm/express/index.js';
import { freshDatabase, installLog, withPool } from './databases.mjs';
import { fillForReading, TENANTS } from './reading-fill.mjs';
import { percentile } from './statistics.mjs';

export const VIEWER_GOALS_MS = { 'first page': 50, 'entry page': 30 };

/** What the page asks for, each by itself and as the page does: at once. */
const PAGES = {
  'first page, one tenant': ({ tenant }) => [`entries?tenant=${tenant}`, `count?tenant=${tenant}`, `facets?tenant=${tenant}`], // prettier-ignore
  'first page, one tenant, filtered': ({ tenant }, round) => ['entries', 'count', 'facets'].map((name) => `${name}?tenant=${tenant}&actor=u-${round % 100}`), // prettier-ignore
  'first page, all tenants': () => ['entries', 'count', 'facets'].map((name) => `${name}?allTenants=true`),
  'entry page': ({ tenant, entry, group }) => [`entries/${entry}?tenant=${tenant}`, `entries/${entry}/sealed?tenant=${tenant}`, `groups/${group}?tenant=${tenant}`], // prettier-ignore
};

/**
 * How long a request of the viewer takes, through Express on the loopback with a connection that is kept, of an application that reads and
 * records its own reading, and seals elsewhere. The first round of each is not counted.
 */
export async function measureViewer(server, { entries, readRounds }) {
  const url = await freshDatabase(server, 'bench_viewer');
  await installLog(url);
  const started = performance.now();
  await fillForReading(url, entries, () => process.stderr.write('.'));
  const fillSeconds = (performance.now() - started) / 1000;
  const samples = await withPool(url, (pool) => sample(pool));
  const audit = createAudit({
    databaseUrl: url,
    auditorUrl: url,
    seal: false,
    onError: (error) => console.error(error),
  });
  const app = express();
  app.use('/audit', auditViewer(audit, { authorize: () => ({ tenants: 'all', actor: { id: 'bench' } }) }));
  const listening = app.listen(0, '127.0.0.1');
  await once(listening, 'listening');
  const ask = asking(listening.address().port);
  try {
    const pages = [];
    for (const [page, questionsOf] of Object.entries(PAGES)) {
      const goalMs = VIEWER_GOALS_MS[page.split(',')[0]];
      const [whole, each] = [[], new Map()];
      for (let round = 0; round < readRounds; round += 1) {
        const paths = questionsOf(samples[round % samples.length], round);
        // Once for the cache, one after the other, then at once.
        for (const path of paths) await ask(path);
        for (const path of paths) {
          const start = performance.now();
          await ask(path);
          const name = path.replace(/\?.*/, '').replace(/[\da-f-]{36}/, ':id');
          each.set(name, [...(each.get(name) ?? []), performance.now() - start]);
        }
        const start = performance.now();
        await Promise.all(paths.map((path) => ask(path)));
        whole.push(performance.now() - start);
      }
      process.stderr.write('.');
      const requests = [...each].map(([name, times]) => ({ request: name, ms: spread(times) }));
      pages.push({ page, goalMs, ms: spread(whole), requests });
    }
    return { entries, tenants: TENANTS, rounds: readRounds, fillSeconds, pages };
  } finally {
    listening.closeAllConnections();
    listening.close();
    await audit.close();
  }
}

const spread = (times) => ({ p50: percentile(times.slice(1), 0.5), p95: percentile(times.slice(1), 0.95) });

/** As a browser does it: up to six connections, which are kept. */
function asking(port) {
  const agent = new Agent({ keepAlive: true, maxSockets: 6 });
  return (path) =>
    new Promise((resolve, reject) => {
      const asked = request({ host: '127.0.0.1', port, path: `/audit/api/${path}`, agent }, (response) => {
        response.on('data', () => undefined);
        response.on('error', reject);
        response.on('end', () =>
          response.statusCode === 200 ? resolve() : reject(new Error(`${path}: ${response.statusCode}`)),
        );
      });
      asked.on('error', reject);
      asked.end();
    });
}

/** Entries from all over the log to ask about. */
async function sample(pool) {
  const { rows } = await pool.query(
    `select tenant_key as tenant, id as entry, group_id as group
       from (select *, row_number() over (partition by chain order by md5(id::text)) as place
               from audit.entry where id in (select id from audit.entry tablesample bernoulli (5))) e
      where place <= 4 order by md5(id::text)`,
  );
  return rows;
}
