import { withContext } from '../../../src/context/index.js';
import { postgresSealerStore } from '../../../src/store/postgres/index.js';
import { sealAll } from '../../support/log.js';
import type { AnyClient } from '../world/client.js';
import type { Captured, Change } from '../world/witness.js';
import type { World } from '../world/world.js';
import { replay } from './compare.js';
import { takeStep } from './execute.js';
import { RAW, type Operation } from './operation.js';
import { operationsOf, type Program, type Step } from './program.js';
import { TEXTS } from './values.js';

export interface Crowd {
  readonly problems: readonly string[];
  readonly changes: number;
  /** Entries that a mark in the row ties to their actor. */
  readonly marked: number;
}

/**
 * Each program is what one worker does, all at the same time, through one client, on the same rows. Who comes first is the
 * database's choice, so there is no twin to compare with; the log must hold what the witness saw, must be a history of
 * each row in which every `old` is the `new` before it, and must know whose each change is.
 */
export async function crowd(
  world: World,
  client: AnyClient,
  programs: readonly Program[],
  together: boolean,
): Promise<Crowd> {
  await world.audited.reset();
  const before = await world.readableRows();
  const mark = await world.mark();
  const gate = new Promise<void>((resolve) => setImmediate(resolve));
  await Promise.all(
    programs.map(async (program, i) => {
      const actor = `w${i}`;
      for (const step of program) {
        // Resumed by one promise, all that the workers send next is of one tick; else each comes when it comes.
        await (together && step === program[0] ? gate : new Promise((resolve) => setTimeout(resolve, i % 3)));
        // What it comes to is not asked: a deadlock, or a row that another worker took, is an answer too.
        await withContext({ actor: { id: actor } }, () => takeStep(client, markedStep(step, actor))).catch(
          () => undefined,
        );
      }
    }),
  );
  const { witnessed, captured } = await world.since(mark);
  const problems: string[] = [];

  const textOf = ({ op, table, old, new: now, xid }: Change): string =>
    `${op} ${table}: ${old ?? '-'} => ${now ?? '-'} in ${xid}`;
  const seen = witnessed.map((change) => textOf(change)).sort();
  const caught = captured.map((change) => textOf(change)).sort();
  if (seen.join('\n') !== caught.join('\n')) problems.push('the log and the witness tell of different changes');

  const after = await world.readableRows();
  problems.push(...replay(before, captured, after).map((problem) => `as captured: ${problem}`));
  problems.push(...replay(before, await sealedOrder(world, captured), after).map((problem) => `as sealed: ${problem}`));
  const owned = owners(captured, tablesCopied(programs));
  return { problems: [...problems, ...owned.problems], changes: captured.length, marked: owned.marked };
}

/** The entries in the order in which they were sealed. */
async function sealedOrder({ audited: { pool } }: World, captured: readonly Captured[]): Promise<Captured[]> {
  await sealAll(postgresSealerStore(pool, 'audit'));
  const { rows } = await pool.query<{ pos: number }>(
    `select pos::int from audit.entry where pos = any ($1) order by chain, seq`,
    [captured.map(({ pos }) => pos)],
  );
  const byPosition = new Map(captured.map((change) => [change.pos, change]));
  return rows.flatMap(({ pos }) => byPosition.get(pos) ?? []);
}

/** By actor: the tables in which SQL of the actor's may put the text of one row, and so the mark of another actor, into others. */
const tablesCopied = (programs: readonly Program[]): Map<string, Set<string>> =>
  new Map(
    programs.map((program, i) => {
      const raw = program.flatMap((step) => operationsOf(step)).filter(({ action }) => action === RAW);
      return [`w${i}`, new Set(raw.map(({ model }) => bare(model.table)))];
    }),
  );

/** A table's name without its schema and quotes. */
const bare = (table: string): string => table.slice(table.lastIndexOf('.') + 1).replaceAll('"', '');

/**
 * A transaction has one actor, and it is the one whose mark is in the rows that it wrote; or that of somebody who wrote it into
 * this table before, where the actor's SQL copies.
 */
function owners(
  captured: readonly Captured[],
  copied: ReadonlyMap<string, ReadonlySet<string>>,
): { problems: string[]; marked: number } {
  const problems: string[] = [];
  const actors = new Map<string, unknown>();
  // A statement that replaces a row puts back what another has written.
  const found = new Map<string, string>();
  for (const { xid, old } of captured) found.set(xid, `${found.get(xid) ?? ''}${old ?? ''}`);
  const written = new Set<string>();
  let marked = 0;
  for (const { xid, actor, new: now, op, table } of captured) {
    const id = actor['id'];
    if (actors.has(xid) && actors.get(xid) !== id) problems.push(`transaction ${xid} has two actors`);
    actors.set(xid, id);
    const copies = copied.get(String(id))?.has(bare(table)) === true;
    const marks = new Set((now?.match(/@w\d+@/g) ?? []).filter((text) => !found.get(xid)?.includes(text)));
    for (const text of marks) {
      const isOwn = text === `@${String(id)}@`;
      if (isOwn) written.add(`${text} ${table}`);
      else if (copies && written.has(`${text} ${table}`)) continue;
      marked++;
      if (!isOwn) problems.push(`${op} ${table} by ${text} is said to be by ${String(id)}: ${now}`);
    }
  }
  return { problems, marked };
}

/** All free text that the step writes is the actor's name; and nobody else acts within it. */
function markedStep(step: Step, actor: string): Step {
  const text = new Set<unknown>(TEXTS);
  const marked = (value: unknown): unknown => {
    if (text.has(value)) return `@${actor}@`;
    if (Array.isArray(value)) return value.map((item) => marked(item));
    if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype) return value;
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, marked(item)]));
  };
  // Marking changes no shape.
  const operation = (one: Operation): Operation => ({ ...one, args: marked(one.args) as Operation['args'] });
  switch (step.kind) {
    case 'single':
      return { ...step, actor, operation: operation(step.operation) };
    case 'array':
      return { ...step, actor, operations: step.operations.map((one) => operation(one)) };
    case 'interactive':
    default:
      return { ...step, actor, acts: step.acts.map((act) => ({ actor, operation: operation(act.operation) })) };
  }
}
