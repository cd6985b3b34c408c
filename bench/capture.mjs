import { withDatabaseEngine, withoutAudit } from './engines.mjs';
import { OPERATIONS } from './operations.mjs';
import { median, percentile } from './statistics.mjs';
import { checkpoint } from './databases.mjs';

const CLIENTS = [1, 10];

/** Latency of Prisma calls with and without audit, in alternating blocks (A B, B A, …) on one server. */
export async function measureCapture(server, PrismaClient, { cellMs, warmUpMs, sealer }) {
  const none = await withoutAudit(server, PrismaClient);
  const database = await withDatabaseEngine(server, PrismaClient, { sealer: sealer === 'on' });
  const results = [];
  try {
    for (const operation of OPERATIONS) for (const clients of CLIENTS) await rounds(operation, clients, warmUpMs);
    for (const clients of CLIENTS) {
      for (const operation of OPERATIONS) {
        await checkpoint(server);
        results.push(...summary(operation, clients, await rounds(operation, clients, cellMs)));
        process.stderr.write('.');
      }
    }
  } finally {
    process.stderr.write('\n');
    await Promise.all([none.close(), database.close()]);
  }
  return results;

  async function rounds(operation, clients, budgetMs) {
    const until = performance.now() + budgetMs;
    const blocks = [];
    for (let round = 0; round % 2 === 1 || round < 2 || performance.now() < until; round += 1) {
      const pair = {};
      for (const engine of round % 2 === 0 ? [none, database] : [database, none])
        pair[engine.name] = await block(engine, operation, clients);
      blocks.push(pair);
    }
    return blocks;
  }
}

/** Milliseconds of each call. The first fifth of a block is not counted: in it the sealer wakes up, and caches fill. */
async function block(engine, operation, clients) {
  const each = Math.ceil(operation.calls[clients] / clients);
  const leadIn = Math.ceil(each / 5);
  const times = [];
  const write = async (writer) => {
    for (let n = 0; n < each + leadIn; n += 1) {
      const start = performance.now();
      await engine.run(() => operation.call(engine.prisma, engine.name, writer, n));
      if (n >= leadIn) times.push(performance.now() - start);
    }
  };
  await Promise.all(Array.from({ length: clients }, (_, writer) => write(writer)));
  await engine.settle();
  return times;
}

function summary(operation, clients, blocks) {
  const floor = median(blocks.flatMap((pair) => pair.none));
  const ratios = blocks.map((pair) => median(pair.database) / median(pair.none));
  return ['none', 'database'].map((engine) => {
    const times = blocks.flatMap((pair) => pair[engine]);
    const p50Ms = median(times);
    return {
      operation: operation.name,
      engine,
      clients,
      calls: times.length,
      p50Ms,
      p95Ms: percentile(times, 0.95),
      ratio: engine === 'none' ? 1 : p50Ms / floor,
      // Of neighbouring blocks: on a machine that others load as well, this moves less than the ratio of all calls.
      pairedRatio: engine === 'none' ? 1 : median(ratios),
      // How far the pairs of blocks agree: the middle half of their ratios.
      ratioQuartiles: engine === 'none' ? undefined : [percentile(ratios, 0.25), percentile(ratios, 0.75)],
    };
  });
}
