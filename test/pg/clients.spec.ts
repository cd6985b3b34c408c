import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { createQuickstart, type Quickstart } from '../support/quickstart.js';
import { describeFull } from '../support/full.js';

const run = promisify(execFile);
const FOLDER = fileURLToPath(new URL('clients', import.meta.url));
const DIST = fileURLToPath(new URL('../../dist/esm', import.meta.url));

interface Outcome {
  readonly operation: string;
  /** What the application sees, as JSON: with a pool of its own, and with one that says who acts. */
  readonly without: string;
  readonly seen: string;
  readonly captured: readonly { readonly change: string; readonly actor: string; readonly key: string }[];
}

/** Who must be the actor of each change; in the crowds, of each key. */
const EXPECTED: Readonly<Record<string, readonly string[]>> = {
  create: ['insert book ann'],
  update: ['update book bob'],
  delete: ['delete book cyd'],
  bulk: Array.from({ length: 20 }, () => 'insert book ann'),
  transaction: ['insert book ann', 'insert book bob'],
  rollback: [],
  nested: ['insert book ann', 'insert review ann', 'insert review ann'],
  raw: ['insert book ann'],
  'no context': ['insert book db:postgres'],
  prepared: ['insert book ann', 'insert book bob', 'insert book cyd'],
  callback: ['insert book ann'],
  object: ['insert book ann'],
  copy: Array.from({ length: 3 }, () => 'insert book ann'),
  lazy: ['insert book db:postgres'],
  'to read from': Array.from({ length: 3 }, () => 'insert book dee'),
  cursor: Array.from({ length: 3 }, () => 'update book ann'),
  'named cursor': ['ann', 'bob'].flatMap((id) => Array.from({ length: 3 }, () => `update book ${id}`)),
  stream: Array.from({ length: 3 }, () => 'update book ann'),
};
const CROWDS: Readonly<Record<string, number>> = { '60 at once': 60, '60 transactions': 120 };

const table: string[][] = [['client', 'operation', 'captured', 'actor', 'same result']];

/** With the Node that it needs, where ours is older: a package of npm has it. */
const PRISMA_8 = fileURLToPath(new URL('prisma8', import.meta.url));
const NODE_24 = `${PRISMA_8}/node_modules/node/bin/node`;

const install = (folder: string, ...options: string[]): Promise<unknown> =>
  run('npm', ['ci', '--prefix', folder, '--no-audit', '--no-fund', ...options]);

describeFull(
  'what a client writes through pg has its actor in the log, and the application sees no difference:',
  () => {
    let without8: string | undefined;
    beforeAll(async () => {
      await install(FOLDER, '--ignore-scripts');
      without8 = await install(PRISMA_8).then(
        () => undefined,
        (error: unknown) => String(error),
      );
    }, 600_000);
    afterAll(() => {
      const widths = (table[0] ?? []).map((_, i) => Math.max(...table.map((row) => row[i]?.length ?? 0)));
      const lines = table.map((row) => row.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join('  '));
      if (without8 !== undefined) lines.push(`prisma 8 was not run, since it could not be installed: ${without8}`);
      process.stdout.write(`${lines.join('\n')}\n`);
    });

    it.each(['plain', 'kysely', 'drizzle', 'typeorm', 'knex'])('%s', (client) =>
      check(client, process.execPath, `${client}.mjs`),
    );

    it('prisma 8', async () => {
      if (without8 === undefined) await check('prisma 8', NODE_24, '../prisma8/prisma8.mjs');
    });
  },
);

async function check(client: string, node: string, file: string): Promise<void> {
  const sql = readFileSync(`${FOLDER}/schema.sql`, 'utf8');
  const worlds: Quickstart[] = [await createQuickstart({ sql, coverage: false }), await createQuickstart({ sql })];
  try {
    const urls = worlds.map(({ url }) => url);
    const { stdout, stderr } = await run(node, ['run.mjs', file, ...urls, DIST], { cwd: FOLDER });
    const outcomes = JSON.parse(stdout) as Outcome[];
    expect(outcomes.flatMap((outcome) => judge(client, outcome))).toEqual([]);
    expect(outcomes.length).toBeGreaterThan(12);
    expect(stderr.replaceAll(/^.*(AUDIT_NAMED_STATEMENTS|--trace-warnings).*$/gm, '').trim()).toBe('');
  } finally {
    await Promise.all(worlds.map((world) => world.close()));
  }
}

function judge(client: string, { operation, without, seen, captured }: Outcome): string[] {
  const crowd = CROWDS[operation];
  const expected = EXPECTED[operation];
  const count = crowd ?? expected?.length;
  const wrong = expected
    ? captured.filter(({ change }, i) => change !== expected[i])
    : captured.filter(({ actor, key }) => actor !== `of ${key.replace(/b$/, '')}`);
  table.push([
    client,
    operation,
    `${captured.length} of ${count}`,
    wrong.length === 0 ? 'right' : `${wrong.length} wrong`,
    seen === without ? 'yes' : 'NO',
  ]);
  return [
    ...(captured.length === count ? [] : [`${operation}: ${captured.length} of ${count} captured`]),
    ...wrong.map(({ change, key }) => `${operation}: ${change} of ${key}`),
    ...(seen === without ? [] : [`${operation}: ${without} became ${seen}`]),
  ];
}
