import { withLogSource } from '../dist/esm/store/postgres/index.js';
import { verify } from '../dist/esm/verify/index.js';
import { withPool } from './databases.mjs';
import { sealBacklog } from './sealing.mjs';
import { median } from './statistics.mjs';

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
