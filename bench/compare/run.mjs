// `npm run compare`: other audit packages for Prisma through the battery of shapes and the latency bench, beside ours. It writes
// results.json and, from that alone, the comparison in the README.
import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { startPostgres } from '../../test/support/postgres.mjs';
import { clientGoals } from '../goals.mjs';
import { machine, versions } from '../machine.mjs';
import { printGoals } from '../print.mjs';
import { runBattery } from './battery.mjs';
import { measureLatency } from './latency.mjs';
import { PEERS } from './peers/index.mjs';
import { ours } from './peers/ours.mjs';
import { prepare } from './prepare.mjs';
import { writeReadme } from './readme.mjs';
import { countVerdicts, describePeer, shapeOf } from './results.mjs';
import { loadBattery } from './test-battery.mjs';

// Prisma 7.10 queries one connection concurrently inside a transaction, and pg warns of it.
process.noDeprecation = true;
// Node 20 does not wait for an import that goes through hooks when nothing else is left to wait for.
const awake = setInterval(() => {}, 1_000);

const RESULTS = new URL('results.json', import.meta.url);

const { values: options } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false }, // rougher latencies
    only: { type: 'string' }, // the id of one peer: its battery alone, printed, nothing written
    latency: { type: 'boolean', default: false }, // the latencies alone, printed, nothing written
    readme: { type: 'boolean', default: false }, // only writes the README's block anew, from results.json
  },
});
const started = performance.now();
try {
  if (options.readme) writeReadme(JSON.parse(readFileSync(RESULTS, 'utf8')));
  else if (options.latency) printLatency((await latencies(() => true)).latency);
  else if (options.only) printShapes((await throughBattery(({ id }) => id === options.only)).peers);
  else await compare();
  console.log(`${Math.round((performance.now() - started) / 1000)} s`);
} finally {
  clearInterval(awake);
}

async function compare() {
  const { peers, ...counted } = await throughBattery(() => true);
  const { latency, ...place } = await latencies(({ id }) => peers.some((peer) => peer.id === id && !peer.error));
  const results = { ...place, quick: options.quick, ...counted, peers, latency };
  writeFileSync(RESULTS, `${JSON.stringify(results, null, 1)}\n`);
  writeReadme(results);
  for (const { label, counts, error } of peers) console.log(label, counts ?? error);
  printLatency(latency);
}

/** Of the peers that can be measured and are chosen, with where it was. */
async function latencies(chosen) {
  return await withServer({ durable: true, own: true }, async (url) => ({
    machine: machine(),
    versions: await versions(url),
    latency: await measureLatency(
      url,
      PEERS.filter((peer) => !peer.noLatency && chosen(peer)),
      options.quick ? { cellMs: 1_500, warmUpMs: 0 } : { cellMs: 8_000, warmUpMs: 500 },
    ),
  }));
}

function printLatency(latency) {
  for (const { operation, engine, p50Ms, ratio, failed } of latency)
    console.log(operation.padEnd(16), engine.padEnd(24), failed ?? `${p50Ms.toFixed(2)} ms  ${ratio.toFixed(2)}×`);
  printGoals(clientGoals(latency));
}

/** Each peer with its shapes, or the error for which it could not be run. */
async function throughBattery(chosen) {
  return await withServer({}, async (url) => {
    const test = await loadBattery(url);
    const schema = new URL('../../test/capture/schemas/shapes.prisma', import.meta.url);
    const done = [];
    for (const peer of [ours(test), ...PEERS].filter((one) => chosen(one))) {
      try {
        const made = peer.engine ? undefined : await prepare(peer, { name: 'shapes', schema, url, entry: 'client.ts' });
        const shapes = await runBattery(test, peer, made);
        done.push({
          ...describePeer(peer),
          counts: countVerdicts(shapes),
          shapes: shapes.map((shape) => shapeOf(shape)),
        });
      } catch (error) {
        // That of ours is a defect here, and no result.
        if (peer.engine) throw error;
        done.push({ ...describePeer(peer), error: String(error), shapes: [] });
      }
      process.stderr.write('.');
    }
    process.stderr.write('\n');
    const all = test.SHAPES_BY_PART.flatMap(([, shapes]) => shapes);
    return { peers: done, shapes: all.length, changeNothing: all.filter(({ sees }) => sees === '').length };
  });
}

async function withServer(settings, work) {
  const postgres = await startPostgres(settings);
  try {
    return await work(postgres.url);
  } finally {
    await postgres.stop();
  }
}

function printShapes([{ counts, error, shapes }]) {
  for (const { name, verdict, why } of shapes) if (why) console.log(`${verdict}: ${name}\n  ${why.join('\n  ')}`);
  console.log(counts ?? error);
}
