import { spawnSync } from 'node:child_process';
import { expect, it } from '@jest/globals';

/** In a process of its own, for nothing else ends a loop that does not: far more than it needs, far less than a square of it. */
function run(code: string): unknown {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', code], {
    timeout: 20_000,
    encoding: 'utf8',
  });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  return JSON.parse(stdout);
}

const built = (file: string): string =>
  JSON.stringify(new URL(`../../dist/esm/prisma/${file}.js`, import.meta.url).href);

it.each([
  ['one word', 'ab'],
  ['quotes', '""'],
  ['blanks', '  '],
  ['brackets', '(('],
  ['lines', '\\n('],
])('the functions of a query are found behind a megabyte of %s', (_what, piece) => {
  const found = run(`
    import { calledFunctions } from ${built('client-engine/functions')};
    console.log(JSON.stringify(calledFunctions("select '" + "${piece.replaceAll('"', '\\"')}".repeat(500_000) + "', f(1)")))`);
  expect(found).toEqual(['f']);
});

it('the tables that are read are found in a bulk load of a megabyte', () => {
  const found = run(`
    import { RawTables } from ${built('reads/raw-tables')};
    const patient = { name: 'Patient', audited: true, known: { table: 'patients' } };
    const tables = new RawTables({ models: new Map([['Patient', patient]]) });
    const rows = Array.from({ length: 30_000 }, (_, i) => "(" + i + ", null, true, 'patients " + i + "', null)").join(',');
    const load = 'insert into patients values ' + rows;
    console.log(JSON.stringify([tables.readBy(load), tables.readBy(load + ' returning id')]))`);
  expect(found).toEqual([[], ['Patient']]);
});
