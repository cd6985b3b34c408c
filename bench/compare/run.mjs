import { startPostgres } from '../../test/support/postgres.mjs';
import { runBattery } from './battery.mjs';
import { EXPLITA } from './peers/explita.mjs';
import { ours } from './peers/ours.mjs';
import { PRISMA_AUDIT } from './peers/prisma-audit.mjs';
import { prepare } from './prepare.mjs';
import { loadBattery } from './test-battery.mjs';
import { writeFileSync } from 'node:fs';

process.noDeprecation = true;
// Node 20 does not wait for an import that goes through hooks when nothing else is left to wait for.
const awake = setInterval(() => {}, 1_000);
const postgres = await startPostgres();
try {
  const test = await loadBattery(postgres.url);
  const schema = new URL('../../test/capture/schemas/shapes.prisma', import.meta.url);
  const out = {};
  const only = process.argv[2];
  for (const peer of [ours(test), ...PRISMA_AUDIT, ...EXPLITA]) {
    if (only && peer.id !== only) continue;
    const t = performance.now();
    const made = peer.engine
      ? undefined
      : await prepare(peer, { name: 'shapes', schema, url: postgres.url, entry: 'client.ts' });
    const t2 = performance.now();
    const results = await runBattery(test, peer, made);
    out[peer.id] = results;
    writeFileSync('/tmp/cmp/battery.json', JSON.stringify(out, null, 1));
    const count = {};
    for (const r of results) {
      count[r.capture] = (count[r.capture] ?? 0) + 1;
      if (r.interfered.length) count.interfered = (count.interfered ?? 0) + 1;
      if (r.invented.length) count.invented = (count.invented ?? 0) + 1;
      if (r.errorText) count.errorText = (count.errorText ?? 0) + 1;
    }
    console.log(peer.label, count, Math.round(t2 - t), Math.round(performance.now() - t2));
  }
} catch (e) {
  console.log(e);
} finally {
  await postgres.stop();
  clearInterval(awake);
}
