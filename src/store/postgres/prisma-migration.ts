import { hash } from 'node:crypto';
import type { Engine } from '../../event/coverage/coverage.js';
import type { PlannedTable } from './coverage.js';
import { migrations } from './migrations.generated.js';
import { guardedAttach, guardedDetach, guardedFile, migrationHead, migrationTail } from './prisma-sql.js';
import { qualified } from './tables.js';

export interface PrismaMigrationOptions {
  readonly schema: string;
  readonly onMissing: 'fail' | 'warn';
  readonly engine?: Engine | undefined;
  /** Name of this deployment, where the folder installs the log. @defaultValue random in each database */
  readonly origin?: string | undefined;
}

export interface PrismaMigration {
  readonly sql: string;
  /** What it does, a line each, for the one who ran the command. */
  readonly steps: readonly string[];
}

/**
 * What a Prisma migration has to do so that a database, in which those before it were applied, has the log and a trigger on
 * every covered table. `undefined`: nothing.
 *
 * @param earlier the texts of the audit migrations that are there, oldest first: each says in lines of its own what it did
 * @param forgotten names of tables, quoted, whose trigger is known to be gone although an earlier text attached it
 */
export function prismaMigration(
  plan: readonly PlannedTable[],
  earlier: readonly string[],
  options: PrismaMigrationOptions,
  forgotten: ReadonlySet<string> = new Set(),
): PrismaMigration | undefined {
  const { schema, onMissing } = options;
  const done = readMarks(earlier);
  const parts: string[] = [];
  const steps: string[] = [];
  const add = (mark: string, step: string, sql: string): void => {
    parts.push(`-- audit:${mark}\n${sql}`);
    steps.push(step);
  };

  for (const { name, sql } of migrations) {
    if (done.files.has(`${schema}/${name}`)) continue;
    add(`file ${schema}/${name}`, `+ ${name}`, guardedFile(schema, { name, sql }, options.origin));
  }
  const covered = new Set<string>();
  for (const { table, wanted } of plan) {
    if (wanted === undefined) continue;
    const name = qualified(table.schema, table.name);
    covered.add(name);
    const sql = guardedAttach(schema, name, wanted, onMissing);
    const before = done.attached.get(name);
    // A new foreign key or trigger can change the level, and so what the same call does.
    const mark = hash('sha256', `${table.level} ${sql}`).slice(0, 16);
    if (before === mark && !forgotten.has(name)) continue;
    add(`attach ${mark} ${JSON.stringify(name)}`, `${before === undefined ? '+' : '~'} ${name}`, sql);
  }
  // A dropped table too: if it comes back under its name, it has to be attached again.
  for (const name of done.attached.keys()) {
    if (!covered.has(name)) add(`detach ${JSON.stringify(name)}`, `- ${name}`, guardedDetach(schema, name));
  }
  if (parts.length === 0) return undefined;
  return { sql: [migrationHead(schema), ...parts, migrationTail(schema, options.engine)].join('\n'), steps };
}

/** `JSON.stringify` keeps a name on its line, whatever characters it has. */
function readMarks(texts: readonly string[]): { files: Set<string>; attached: Map<string, string> } {
  const files = new Set<string>();
  const attached = new Map<string, string>();
  for (const text of texts) {
    for (const [, verb, rest = ''] of text.matchAll(/^-- audit:(file|attach|detach) (.*?)\r?$/gm)) {
      if (verb === 'file') files.add(rest);
      else if (verb === 'detach') attached.delete(String(JSON.parse(rest)));
      else attached.set(String(JSON.parse(rest.slice(rest.indexOf(' ') + 1))), rest.slice(0, rest.indexOf(' ')));
    }
  }
  return { files, attached };
}
