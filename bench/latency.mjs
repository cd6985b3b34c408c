import { median, percentile } from './statistics.mjs';

/**
 * Latency of an operation with each engine, in alternating blocks (A B C, C B A, …) until the budget is spent, and at
 * least `atLeast` rounds. The first engine is the floor: the same work without audit.
 */
export async function measureOperation(engines, operation, { clients, budgetMs, atLeast = 2 }) {
  const until = performance.now() + budgetMs;
  const rounds = [];
  for (let round = 0; round % 2 === 1 || round < atLeast || performance.now() < until; round += 1) {
    const times = {};
    for (const engine of round % 2 === 0 ? engines : engines.toReversed())
      times[engine.name] = await block(engine, operation, clients);
    rounds.push(times);
  }
  return summary(engines, operation, clients, rounds);
}

/** Milliseconds of each call. The first fifth of a long block is not counted: in it the sealer wakes up, and caches fill. */
async function block(engine, operation, clients) {
  const each = Math.ceil(operation.calls[clients] / clients);
  const leadIn = Math.floor(each / 5);
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

function summary([floor, ...others], operation, clients, rounds) {
  const floorMs = median(rounds.flatMap((times) => times[floor.name]));
  return [floor, ...others].map((engine) => {
    const times = rounds.flatMap((all) => all[engine.name]);
    const p50Ms = median(times);
    const row = {
      operation: operation.name,
      engine: engine.name,
      clients,
      calls: times.length,
      p50Ms,
      p95Ms: percentile(times, 0.95),
      ...(operation.rows ? { rows: operation.rows, p50MicrosPerRow: (p50Ms * 1000) / operation.rows } : {}),
    };
    if (engine === floor) return { ...row, ratio: 1, pairedRatio: 1 };
    const ratios = rounds.map((all) => median(all[engine.name]) / median(all[floor.name]));
    return {
      ...row,
      ratio: p50Ms / floorMs,
      rounds: rounds.length,
      // Of neighbouring blocks: on a machine that others load as well, this moves less than the ratio of all calls.
      pairedRatio: median(ratios),
      // How far the pairs of blocks agree: the middle half of their ratios.
      ratioQuartiles: [percentile(ratios, 0.25), percentile(ratios, 0.75)],
    };
  });
}
