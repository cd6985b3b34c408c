import { checkpoint } from './databases.mjs';
import { startVariant } from './http/variant.mjs';
import { median, percentile } from './statistics.mjs';

const PLATFORMS = ['express', 'fastify'];
const VARIANTS = ['none', 'async', 'committed'];
/**
 * Requests in one block, for each number of clients: no longer than it takes for the sealer to come by several times, so that
 * what else the machine does hits all variants alike.
 */
const CALLS = { 1: 300, 16: 2_400 };

/**
 * Requests that write one row through Prisma, each server in a process of its own and the load in this one. The variants take
 * turns in blocks (A B C, C B A, …); the first is the floor: the same application without anything of ours.
 */
export async function measureHttp(server, { httpCellMs, sealer }) {
  const rows = [];
  for (const platform of PLATFORMS) {
    const variants = [];
    try {
      for (const variant of VARIANTS)
        variants.push(await startVariant(server, platform, variant, { seal: sealer === 'on' }));
      const committed = await variants.at(-1).waitsForItsEntry();
      for (const variant of variants)
        for (const clients of Object.keys(CALLS)) await block(variant, Number(clients), 2);
      for (const clients of Object.keys(CALLS).map(Number)) {
        await checkpoint(server);
        rows.push(...summary(platform, clients, await rounds(variants, clients, httpCellMs), committed));
        process.stderr.write('.');
      }
      for (const variant of variants) await variant.check();
    } finally {
      await Promise.all(variants.map((variant) => variant.close()));
    }
  }
  process.stderr.write('\n');
  return rows;
}

const block = (variant, clients, part = 1) => variant.block(clients, CALLS[clients] / part);

async function rounds(variants, clients, budgetMs) {
  const until = performance.now() + budgetMs;
  const all = [];
  for (let round = 0; round % 2 === 1 || round < 2 || performance.now() < until; round += 1) {
    const results = {};
    for (const variant of round % 2 === 0 ? variants : variants.toReversed())
      results[variant.name] = await block(variant, clients);
    all.push(results);
  }
  return all;
}

function summary(platform, clients, all, committed) {
  const p95 = (times) => percentile(times, 0.95);
  const timesOf = (name) => all.flatMap((results) => results[name].times);
  const floorMs = p95(timesOf('none'));
  return VARIANTS.map((variant) => {
    const times = timesOf(variant);
    const tookMs = all.reduce((sum, results) => sum + results[variant].tookMs, 0);
    const ratios = all.map((results) => p95(results[variant].times) / p95(results.none.times));
    return {
      platform,
      variant,
      clients,
      calls: times.length,
      requestsPerSecond: (times.length * 1000) / tookMs,
      p50Ms: median(times),
      p95Ms: p95(times),
      p50Ratio: median(times) / median(timesOf('none')),
      p95Ratio: p95(times) / floorMs,
      // Of neighbouring blocks, and the middle half of them.
      p95PairedRatio: median(ratios),
      p95RatioQuartiles: [percentile(ratios, 0.25), percentile(ratios, 0.75)],
      // Whether each response waited for its entry, as it should.
      ...(variant === 'committed' ? { waited: committed } : {}),
    };
  });
}
