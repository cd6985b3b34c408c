/**
 * `npm run battery -- --schema PATH [--runs N] [--seed S]`: random programs over the tables of a schema.prisma, on twin
 * databases, with audit and without. Prints one line; where audit lost or disturbed something, the seed and the smallest
 * program that shows it. Exits with 1 then. Jest is the runner, since it is what starts PostgreSQL and reads TypeScript here.
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';

const { values } = parseArgs({
  options: {
    schema: { type: 'string' },
    runs: { type: 'string', default: '200' },
    seed: { type: 'string' },
  },
});
const numbers = [values.runs, values.seed ?? '1'].map(Number);
if (!values.schema || !existsSync(values.schema) || !numbers.every(Number.isSafeInteger)) {
  console.error('usage: npm run battery -- --schema PATH [--runs N] [--seed S]');
  process.exit(2);
}
const asked = {
  schema: resolve(values.schema),
  runs: numbers[0],
  ...(values.seed === undefined ? {} : { seed: numbers[1] }),
};
const jest = ['node_modules/jest/bin/jest.js', '--silent=false', 'test/capture/random-any.spec.ts'];
const { status } = spawnSync(
  process.execPath,
  ['--disable-warning=ExperimentalWarning', '--experimental-vm-modules', ...jest],
  {
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, AUDIT_BATTERY: JSON.stringify(asked), AUDIT_TEST_FULL: '1' },
  },
);
process.exit(status ?? 1);
