import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, expect, it } from '@jest/globals';
import { catalogueOf } from '../../src/prisma/generator/catalogue.js';
import { moduleText } from '../../src/prisma/generator/module-text.js';
import { createPool } from '../../src/store/postgres/index.js';
import { createDatabase } from '../support/database.js';
import { describeFull } from '../support/full.js';
import { OTHER_ANSWERS } from './prisma6/other-answers.js';
import { table, type Answer } from './prisma6/table.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const here = join(root, 'test/prisma/prisma6');

interface Ran {
  readonly code: number | null;
  readonly out: string;
}

function node(args: readonly string[], cwd: string, env: Record<string, string> = {}): Ran {
  const run = spawnSync(process.execPath, args, { cwd, env: { ...process.env, ...env }, encoding: 'utf8', maxBuffer: 2 ** 28 }); // prettier-ignore
  return { code: run.status, out: `${run.stdout}${run.stderr}` };
}

/** Test files of this project with Prisma 6, under their own jest, and how each test ended. */
function battery(generator: string, files: readonly string[]): readonly Answer[] {
  const folder = mkdtempSync(join(tmpdir(), 'prisma6-'));
  const report = join(folder, 'report.json');
  const jest = ['--disable-warning=ExperimentalWarning', '--experimental-vm-modules', 'node_modules/jest/bin/jest.js'];
  const options = ['-c', join(here, 'jest.config.mjs'), '--json', '--outputFile', report];
  // What is about Prisma's version in it is said by the other run.
  const names = ['-t', '^(?!docs/coverage)'];
  const env = {
    AUDIT_TEST_GENERATOR: generator,
    AUDIT_TEST_FULL: '',
    AUDIT_TEST_FILES: 'all',
    AUDIT_TEST_SAMPLE: 'all',
  };
  const { out } = node([...jest, ...options, ...names, ...files], root, env);
  let told: { testResults: { message: string; assertionResults: Answer[] }[] };
  try {
    told = JSON.parse(readFileSync(report, 'utf8')) as typeof told;
  } catch {
    throw new Error(`the battery did not run:\n${out}`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  expect(told.testResults.filter(({ assertionResults }) => assertionResults.length === 0)).toEqual([]);
  return told.testResults.flatMap(({ assertionResults }) => assertionResults);
}

const FILES = [
  'capture/shapes',
  'prisma/client',
  'prisma/client-events',
  'prisma/client-extensions',
  'prisma/client-engine/client-engine',
  'prisma/client-engine/big-and-keyless',
  'prisma/client-engine/end-to-end',
  'prisma/comment',
  'prisma/context',
  'prisma/interference',
  'prisma/probe',
  'prisma/reads/hooks',
  'prisma/reads/keys',
  'prisma/reads/log',
  'prisma/reads/reads',
  'prisma/reads/strict',
  'prisma/redaction',
  'query/values',
].map((name) => `test/${name}.spec.ts`);

const SCHEMAS = ['quickstart', 'shapes', 'reads', 'values'];

describeFull.each([
  ['prisma-client', [true, true]],
  // Its client has a copy of Prisma's runtime, with classes of its own.
  ['prisma-client-js', [false, false]],
])('Prisma 6 with engineType = "client", generator %s', (generator, sameClasses) => {
  beforeAll(() => {
    if (generator !== 'prisma-client') return; // it makes those of both
    const { code, out } = node([join(here, 'prepare.mjs')], root);
    if (code !== 0) throw new Error(out);
  });

  it.each(SCHEMAS)('our own generator writes the same catalogue: %s', (name) => {
    const folder = join(here, 'generated', generator, name);
    const schema = readFileSync(join(folder, 'schema.prisma'), 'utf8');
    const written = readFileSync(join(folder, 'audit/catalogue.ts'), 'utf8');
    expect(written).toBe(moduleText(catalogueOf([{ path: 'schema.prisma', content: schema }])));
  });

  it('the built package compiles with it, and sixty requests in one tick have each their own actor', async () => {
    const cwd = join(here, 'generated/app', generator);
    const database = await createDatabase();
    try {
      const pool = createPool(database.url, { max: 1, applicationName: 'test' });
      const migration = join(root, 'examples/quickstart/prisma/migrations/20260101000000_init/migration.sql');
      await pool.query(readFileSync(migration, 'utf8'));
      await pool.end();
      const ours = join(here, 'node_modules/nestjs-prisma-audit/dist/esm/cli/bin.js');
      const run = (...args: string[]): Ran => node(args, cwd, { AUDIT_DATABASE_URL: database.url });
      expect(run(join(root, 'node_modules/typescript/bin/tsc'), '-p', '.')).toEqual({ code: 0, out: '' });
      expect(run(ours, 'migrate')).toMatchObject({ code: 0, out: expect.stringMatching(/audited: 6 of 7 tables/) });
      const { code, out } = run('app.js');
      expect({ code, out: code === 0 ? '' : out }).toEqual({ code: 0, out: '' });
      expect(JSON.parse(out.trim().split('\n').at(-1) ?? '')).toEqual({
        changes: 180,
        wrong: 0,
        values: { actor: 'ann', total: '12.50', sameClasses },
        probe: ['comment', 'transaction', 'comment', 'transaction', 'comment'].map((name) => `client.${name} ok`),
      });
      expect(run(ours, 'verify')).toMatchObject({ code: 0, out: expect.stringMatching(/^VERIFIED/) });
      expect(run(ours, 'doctor').out).not.toMatch(/✗ (?!no sealer is alive)/);
    } finally {
      await database.drop();
    }
  });

  it('captures, and disturbs nothing: the batteries of Prisma 7', () => {
    const answers = battery(generator, FILES);
    process.stdout.write(table(`Prisma 6, ${generator}`, answers));
    const others = answers.filter(({ status }) => status === 'failed');
    const unknown = others.filter(
      ({ fullName, failureMessages }) =>
        !OTHER_ANSWERS.some(([name, said]) => name.test(fullName) && failureMessages.every((text) => said.test(text))),
    );
    expect(unknown.map(({ fullName, failureMessages }) => [fullName, ...failureMessages])).toEqual([]);
    expect(answers.length).toBeGreaterThan(1_300);
  });

  it('refuses its Rust engine', () => {
    const answers = battery(`rust/${generator}`, ['test/prisma/prisma6/rust-engine.spec.ts']);
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 'passed'));
    expect(answers.length).toBe(5);
  });
});
