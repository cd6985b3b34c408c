import { hash } from 'node:crypto';
import type { Engine } from '../../event/coverage/coverage.js';
import type { PlannedTable } from './coverage.js';
import { leftOutOf } from './left-out.js';
import { migrations } from './migrations.generated.js';
import { readMarks } from './prisma-marks.js';
import { guardedAttach, guardedDetach, guardedFile, leaveOut, migrationHead, migrationTail } from './prisma-sql.js';
import { qualified } from './tables.js';
import { toldMore, type ToldMore } from './told-more.js';

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
  /** What it tells that neither the triggers in the database nor those of earlier migrations do. */
  readonly more: readonly ToldMore[];
}

/**
 * What a Prisma migration has to do so that a database, in which those before it were applied, has the log and a trigger on
 * every covered table. `undefined`: nothing.
 *
 * @param earlier the texts of the audit migrations that are there, oldest first: each says in lines of its own what it did
 * @param leftOutThere names of tables, quoted, that the database knows to be left out
 * @param forgotten names of tables, quoted, whose trigger is known to be gone although an earlier text attached it
 */
export function prismaMigration(
  plan: readonly PlannedTable[],
  earlier: readonly string[],
  options: PrismaMigrationOptions,
  forgotten: ReadonlySet<string> = new Set(),
  leftOutThere: readonly string[] = [],
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
  const more: ToldMore[] = [];
  const left = new Set([...done.leftOut, ...leftOutThere]);
  for (const planned of plan) {
    const { table, wanted } = planned;
    if (wanted === undefined) continue;
    const name = qualified(table.schema, table.name);
    covered.add(name);
    const sql = guardedAttach(schema, name, wanted, onMissing);
    const made = done.attached.get(name);
    const before = made?.mark;
    // A new foreign key or trigger can change the level, and so what the same call does.
    const mark = hash('sha256', `${table.level} ${sql}`).slice(0, 16);
    if (before === mark && !forgotten.has(name)) continue;
    const installed = [...table.triggers, ...(made === undefined ? [] : [made])].map(({ args }) => args);
    more.push(...toldMore(planned, installed, left.has(name)));
    add(`attach ${mark} ${JSON.stringify(name)}`, `${before === undefined ? '+' : '~'} ${name}`, sql);
  }
  // A dropped table too: if it comes back under its name, it has to be attached again.
  for (const name of done.attached.keys()) {
    if (!covered.has(name)) add(`detach ${JSON.stringify(name)}`, `- ${name}`, guardedDetach(schema, name));
  }
  const leftOut = leftOutOf(plan);
  const newlyLeft = leftOut.filter((name) => !done.leftOut.includes(name));
  steps.push(...newlyLeft.filter((name) => !done.attached.has(name)).map((name) => `· ${name} without a trigger`));
  if (parts.length + newlyLeft.length === 0) return undefined;
  const leave = `-- audit:leave ${JSON.stringify(leftOut)}\n${leaveOut(schema, leftOut)}`;
  return {
    sql: [migrationHead(schema), ...parts, migrationTail(schema, options.engine), leave].join('\n'),
    steps,
    more,
  };
}
