import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { compareShape } from '../../src/store/postgres/check-shape.js';
import { readShape } from '../../src/store/postgres/log-shape.js';
import { createPool, migrate } from '../../src/store/postgres/index.js';
import { createDatabase } from '../support/database.js';
import { levelsWorld, type LevelsWorld } from './levels-world.js';

const FILE = fileURLToPath(new URL('../../src/store/postgres/package-shape.ts', import.meta.url));
let world: LevelsWorld;
beforeAll(async () => {
  world = await levelsWorld();
  await world.reconcile();
});
afterAll(() => world.close());

/** `AUDIT_WRITE_SHAPE=1` writes it anew, after a change of the SQL files. */
it('the package knows what its own files make', async () => {
  const shape = await readShape(world.owner, 'audit');
  if (process.env['AUDIT_WRITE_SHAPE'] === '1') {
    // Those of one relation on a line.
    const relations = new Map<string, string[]>();
    for (const { kind, name, is } of shape) {
      const key = kind === 'column' || kind === 'constraint' ? `${kind} ${name.split('.')[0]}` : `${kind} ${name}`;
      const text = `[${[kind, name, is].map((part) => JSON.stringify(part)).join(', ')}]`;
      relations.set(key, [...(relations.get(key) ?? []), text]);
    }
    const lines = [...relations.values()].map((parts) => `  ${parts.join(', ')},`);
    await writeFile(
      FILE,
      `/** What the SQL files of the package make, as \`readShape\` reads it. Written by test/store/log-shape.spec.ts with AUDIT_WRITE_SHAPE=1. */\n// prettier-ignore\nexport const PACKAGE_SHAPE: readonly (readonly [kind: string, name: string, is: string])[] = [\n${lines.join('\n')}\n];\n`,
    );
    return;
  }
  expect(await compareShape(world.owner, 'audit')).toEqual([]);
});

it('whatever the log’s schema is called, and without roles', async () => {
  const database = await createDatabase();
  const pool = createPool(database.url, { max: 2, applicationName: 'test' });
  for (const schema of ['audit', 'trail', 'content', 'a']) {
    await migrate(pool, { schema });
    expect(await compareShape(pool, schema)).toEqual([]);
  }
  await pool.end();
  await database.drop();
});
