#!/usr/bin/env node
/**
 * Writes prisma/migrations/*.sql as strings into src/store/postgres/migrations.generated.ts. The library then needs no
 * file at run time, so it works when an application is bundled, and `import.meta`, which CJS has not, is not needed.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

const source = fileURLToPath(new URL('../prisma/migrations/', import.meta.url));
const target = fileURLToPath(new URL('../src/store/postgres/migrations.generated.ts', import.meta.url));

// Only files with a number, and only at the top: folders belong to Prisma Migrate. The numbers have a fixed width, so
// that the order of names is the order in which they are applied.
const names = (existsSync(source) ? readdirSync(source) : []).filter((name) => /^\d+.*\.sql$/.test(name)).sort();

const entries = names.map((name) => {
  // A checkout with CRLF must not change the checksum of a migration.
  const sql = readFileSync(source + name, 'utf8').replaceAll('\r\n', '\n');
  return `  {\n    name: ${JSON.stringify(name)},\n    sql: ${JSON.stringify(sql)},\n  },\n`;
});

const text = [
  '// Written by scripts/embed-migrations.mjs from prisma/migrations; not to be edited, not in git.\n',
  `export const migrations: readonly { name: string; sql: string }[] = [${entries.length ? '\n' : ''}${entries.join('')}];\n`,
].join('');

// A new modification time would make watchers and incremental checks start again for nothing.
if (!existsSync(target) || readFileSync(target, 'utf8') !== text) {
  mkdirSync(dirname(target), { recursive: true });
  writeFileSync(target, text);
}
