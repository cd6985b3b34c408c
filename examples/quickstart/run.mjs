// `npm run demo`: compiles the example, starts a real PostgreSQL of its own, and runs the demonstration on it.
// `npm run demo -- --keep` leaves the application running and prints the address of its page.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { startPostgres } from '../../test/support/postgres.mjs';

// Prisma 7.10 queries one connection concurrently inside a transaction, and pg warns of it; audit changes nothing there.
process.noDeprecation = true;

const here = fileURLToPath(new URL('.', import.meta.url));
const compiler = fileURLToPath(new URL('bin/tsc', import.meta.resolve('typescript/package.json')));
const compiled = spawnSync(process.execPath, [compiler, '-p', `${here}tsconfig.json`], { stdio: 'inherit' });
if (compiled.status !== 0) process.exit(1);

const { runDemo } = await import('./dist/demo/demo.js');
const postgres = await startPostgres({ durable: true, own: true });
try {
  process.exitCode = await runDemo(postgres.url, { root: here, keep: process.argv.includes('--keep') });
} finally {
  await postgres.stop();
}
