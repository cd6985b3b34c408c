// `npm run bench`: what audit costs, against the same work without it, on one PostgreSQL server with durability on.
// It compares and asserts nothing: ratios travel between machines, times do not.
import { writeFileSync } from 'node:fs';
import { startPostgres } from '../test/support/postgres.mjs';
import { measureCapture } from './capture.mjs';
import { loadPrismaClient } from './client.mjs';
import { goals } from './goals.mjs';
import { machine, versions } from './machine.mjs';
import { readOptions } from './options.mjs';
import { printCapture, printGoals, printHead, printSealing, printVerify } from './print.mjs';
import { measureSealing } from './sealing.mjs';
import { measureVerify } from './verifying.mjs';

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
    result.capture = await measureCapture(postgres.url, loadPrismaClient(), options);
    result.goals = goals(result.capture);
    printCapture(result.capture);
    printGoals(result.goals);
  }
  if (options.runs('sealing')) {
    result.sealing = await measureSealing(postgres.url, options);
    printSealing(result.sealing);
  }
  if (options.runs('verify')) {
    result.verify = await measureVerify(postgres.url, options);
    printVerify(result.verify);
  }
  if (options.json) writeFileSync(options.json, `${JSON.stringify(result, null, 2)}\n`);
  console.log(`\n${Math.round((performance.now() - started) / 1000)} s`);
} finally {
  await postgres.stop();
}
