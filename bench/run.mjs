// `npm run bench`: what audit costs, against the same work without it, on one PostgreSQL server with durability on.
// It compares and asserts nothing: ratios travel between machines, times do not.
import { writeFileSync } from 'node:fs';
import { startPostgres } from '../test/support/postgres.mjs';
import { measureCapture } from './capture.mjs';
import { loadPrismaClient } from './client.mjs';
import { latencyPeers } from './compare/install.mjs';
import { measureExport } from './exporting.mjs';
import { clientGoals, goals, httpGoals } from './goals.mjs';
import { measureHttp } from './http.mjs';
import { measureIndexes } from './indexes.mjs';
import { machine, versions } from './machine.mjs';
import { readOptions } from './options.mjs';
import { measurePool } from './pool.mjs';
import {
  printCapture,
  printExport,
  printGoals,
  printHead,
  printHttp,
  printLongVerify,
  printPool,
  printSealing,
  printTicks,
  printVerify,
} from './print.mjs';
import { printIndexes } from './print-indexes.mjs';
import { printReading } from './print-reading.mjs';
import { printViewer } from './print-viewer.mjs';
import { measureReading } from './reading.mjs';
import { measureSealing } from './sealing.mjs';
import { measureTicks } from './ticks.mjs';
import { measureLongVerify, measureVerify } from './verifying.mjs';
import { measureViewer } from './viewer.mjs';

// Prisma 7.10 queries one connection concurrently inside a transaction, and pg warns of it.
process.noDeprecation = true;

const options = readOptions();
const started = performance.now();
const postgres = await startPostgres({ durable: true, own: true });
try {
  const result = {
    machine: machine(),
    versions: await versions(postgres.url),
    quick: options.quick,
    sealer: options.sealer,
  };
  printHead(result);
  if (options.runs('capture')) {
    result.capture = await measureCapture(postgres.url, loadPrismaClient(), await latencyPeers(), options);
    result.goals = [...goals(result.capture), ...clientGoals(result.capture)];
    printCapture(result.capture);
    printGoals(result.goals);
  }
  if (options.runs('pool')) {
    result.pool = await measurePool(postgres.url, options);
    printPool(result.pool);
  }
  if (options.runs('sealing')) {
    result.sealing = await measureSealing(postgres.url, options);
    printSealing(result.sealing);
    result.ticks = await measureTicks(postgres.url, options);
    printTicks(result.ticks);
  }
  if (options.runs('indexes')) {
    result.indexes = await measureIndexes(postgres.url, options);
    printIndexes(result.indexes);
  }
  if (options.runs('verify')) {
    result.verify = await measureVerify(postgres.url, options);
    printVerify(result.verify);
  }
  if (options.runs('long verify')) {
    result.longVerify = await measureLongVerify(postgres.url, options);
    printLongVerify(result.longVerify);
  }
  if (options.runs('read')) {
    result.read = await measureReading(postgres.url, options);
    printReading(result.read);
  }
  if (options.runs('viewer')) {
    result.viewer = await measureViewer(postgres.url, options);
    printViewer(result.viewer);
  }
  if (options.runs('export')) {
    result.export = await measureExport(postgres.url, options);
    printExport(result.export);
  }
  if (options.runs('http')) {
    loadPrismaClient(); // generated once, rather than by six servers
    result.http = await measureHttp(postgres.url, options);
    result.goals = httpGoals(result.http);
    printHttp(result.http);
    printGoals(result.goals);
  }
  if (options.json) writeFileSync(options.json, `${JSON.stringify(result, null, 2)}\n`);
  console.log(`\n${Math.round((performance.now() - started) / 1000)} s`);
} finally {
  await postgres.stop();
}
