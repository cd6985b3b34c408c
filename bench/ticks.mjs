import { Registry, RegistryPause } from '../dist/esm/sealer/registry.js';
import { Sealer } from '../dist/esm/sealer/index.js';
import { uuidV7Minter } from '../dist/esm/event/uuid.js';
import { postgresSealerStore } from '../dist/esm/store/postgres/index.js';
import { freshDatabase, installLog, withPool } from './databases.mjs';
import { fillContent } from './fill.mjs';

/** How often a registry tells of the chains that grew, by default. */
const TICK_SECONDS = 60;

const lsn = async (pool) => (await pool.query('select pg_current_wal_lsn() as at')).rows[0].at;
const bytesSince = async (pool, from) => {
  const { rows } = await pool.query('select pg_wal_lsn_diff(pg_current_wal_lsn(), $1)::float8 as bytes', [from]);
  return rows[0].bytes;
};

/**
 * One tick, where each of so many chains has grown by the three entries of one request since the one before: the worst there is, since a tick costs by the
 * chain. Beside it what writing and sealing those entries has cost.
 */
async function oneTick(server, chains) {
  const url = await freshDatabase(server, 'bench_ticks');
  await installLog(url);
  return await withPool(url, async (pool) => {
    const store = postgresSealerStore(pool, 'audit');
    const keeper = { tickMs: 1, heartbeatMs: 1e9, begin() {}, announcements: () => [], take() {} };
    const seal = async () => {
      const sealer = new Sealer(store, {});
      sealer.start();
      await sealer.stop(600_000);
    };
    const tick = async () => {
      const lease = await store.acquire('bench', 600_000);
      const registry = new Registry(store, lease, 600_000, keeper, new RegistryPause());
      await registry.begin();
      const [wal, start] = [await lsn(pool), performance.now()];
      // More than one entry can hold is told by the next, at once.
      do {
        const { rows } = await pool.query(
          `select (extract(epoch from greatest(clock_timestamp(), last_sealed_at + interval '1 ms')) * 1000)::bigint as at from audit.sealer`,
        );
        const sealedAt = Number(rows[0].at);
        await registry.tick({ sealedAt, now: sealedAt * 1000, mint: uuidV7Minter() });
      } while (registry.hasNews);
      const ms = performance.now() - start;
      const bytes = await bytesSince(pool, wal);
      await store.release(lease);
      return { ms, bytes };
    };
    await fillContent(url, { rows: chains * 3, tenants: chains });
    await seal();
    await tick(); // opens the registry, and enters all chains
    await pool.query('checkpoint'); // else the first change of each page is written whole
    const [wal, start] = [await lsn(pool), performance.now()];
    await fillContent(url, { rows: chains * 3, tenants: chains });
    await seal();
    const written = { seconds: (performance.now() - start) / 1000, bytes: await bytesSince(pool, wal) };
    const { ms, bytes } = await tick();
    return { chains, ms, bytes, bytesShare: bytes / written.bytes, timeShare: ms / 1000 / TICK_SECONDS };
  });
}

/** What the registry costs. */
export async function measureTicks(server, { tickChains = [1, 100, 10_000] } = {}) {
  const ticks = [];
  for (const chains of tickChains) {
    ticks.push(await oneTick(server, chains));
    process.stderr.write('.');
  }
  process.stderr.write('\n');
  return { tickSeconds: TICK_SECONDS, ticks };
}
