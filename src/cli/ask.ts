import { Command, InvalidArgumentError, Option } from 'commander';
import type { Resource } from '../event/types.js';
import type { AuditPage } from '../query/find.js';
import type { FailuresQuestion } from '../query/groups.js';
import type { Where } from '../query/near.js';
import { conditionsOf, readerOf, resource, time, withConditions, type ConditionOptions } from './conditions.js';
import { environment, withPool } from './environment.js';
import { printGroups, printPattern, printRevert, printState, printDifference } from './print-answers.js';
import { printEntries } from './print-entries.js';
import { printPlaces } from './query.js';
import { sayWithoutTenant } from './without-tenant.js';
import { commanderOutput, complain, line, print, printJson } from './terminal.js';
import type { AuditQuery } from '../query/query.js';
import type { AuditReader } from '../query/reader.js';

const ID = ['<id>', 'id of the entry'] as const;
const RECORD = ['<type:id>', 'the record: Invoice:42', record] as const;

type Json = { json?: boolean };
type WhereOptions = Where & Json;
type PageOptions = ConditionOptions & Json & { limit: number; cursor?: string; back?: boolean };

/** Questions that are more than a list: each is one method of `audit.query`. */
export function askCommand(): Command {
  const ask = new Command('ask').description('ask the log about a record, an entry, or who did what when');
  ask.addCommand(
    ofOne('entry', 'one entry, and with --around those beside it in its chain')
      .argument(...ID)
      .option('--around <n>', 'so many of either side, at most 250', Number)
      .action(
        answer(async (reader, where, options, id: string) => {
          const { around } = options as { around?: number };
          const near = around === undefined ? undefined : await reader.around(id, around, where);
          const entry = around === undefined ? await reader.entry(id, where) : near?.entry;
          const entries = near ? [...near.before, near.entry, ...near.after] : entry ? [entry] : [];
          if (options.json) for (const each of entries) printJson(plain(each));
          else if (entry) print(printEntries(entries));
          else complain(line`there is no such entry`);
          return entry !== undefined;
        }),
      ),
  );
  ask.addCommand(
    ofOne('as-of', 'what a record was at a moment')
      .argument(...RECORD)
      .argument('<time>', 'moment (ISO 8601)', time)
      .action(
        answer(async (reader, where, options, of: Resource, at: Date) => {
          const state = await reader.asOf(of, at, where);
          if (options.json) printJson(plain(state));
          else print(printState(state));
          return state.is !== 'unknown';
        }),
      ),
  );
  ask.addCommand(
    ofOne('difference', 'which fields of a record differ between two moments')
      .argument(...RECORD)
      .argument('<from>', 'moment (ISO 8601)', time)
      .argument('<to>', 'moment (ISO 8601)', time)
      .action(
        answer(async (reader, where, options, of: Resource, from: Date, to: Date) => {
          const found = await reader.difference(of, from, to, where);
          if (options.json) printJson(plain(found));
          else print(printDifference(found));
          return found.from.is !== 'unknown' || found.to.is !== 'unknown';
        }),
      ),
  );
  ask.addCommand(
    ofOne('revert', 'the Prisma call that would undo a change; it is printed, never run')
      .argument(...ID)
      .action(
        answer(async (reader, where, options, id: string) => {
          const undo = await reader.revert(id, where);
          if (options.json) printJson(undo ? plain({ call: undo.call, refused: undo.refused }) : {});
          else if (undo) print(printRevert(undo));
          else complain(line`there is no such entry`);
          return undo !== undefined;
        }),
      ),
  );
  ask.addCommand(
    paged(withConditions(new Command('who-saw').description('who read a record').argument(...RECORD))).action(
      pages((reader, { resource: _resource, action: _action, mark: _mark, ...query }, of) =>
        reader.whoSaw(of as Resource, query),
      ),
    ),
  );
  ask.addCommand(
    paged(withConditions(new Command('exports').description('what was taken out of the log'))).action(
      pages((reader, { action: _action, mark: _mark, ...query }) => reader.exports(query)),
    ),
  );
  ask.addCommand(
    ofOne('failures', 'failed logins and denials of a window')
      .addOption(
        new Option('--by <whom>', 'whom to count by').choices(['actor', 'address', 'identity']).default('actor'),
      )
      .option('--within <duration>', 'length of the window: 15m, 24h, 7d', duration, 86_400_000)
      .option('--at-least <n>', 'only who has so many', Number, 2)
      .option('--to <time>', 'end of the window (default: now)', time)
      .action(
        answer(async (reader, where, options) => {
          const { by, within, atLeast, to } = options as {
            by: FailuresQuestion['by'];
            within: number;
            atLeast: number;
            to?: Date;
          };
          const found = await reader.failures({ ...where, by, within, atLeast, to });
          if (options.json) for (const group of found.groups) printJson(group);
          else print(printGroups(found.groups, by));
          printPlaces(found);
          return found.groups.length > 0;
        }),
      ),
  );
  ask.addCommand(
    withConditions(new Command('pattern').description('entries by hour of the day and action'))
      .option('--zone <name>', 'whose hours: Europe/Berlin', 'UTC')
      .option('--json', 'one JSON object a line')
      .action(async (options: ConditionOptions & Json & { zone: string }, command: Command) => {
        const conditions = conditionsOf(options);
        await withReader(command, conditions, async (reader) => {
          const found = await reader.pattern({ ...conditions, zone: options.zone });
          if (options.json) for (const cell of found.cells) printJson(cell);
          else print(printPattern(found.cells));
          printPlaces(found);
          return found.cells.length > 0;
        });
      }),
  );
  for (const command of ask.commands) command.exitOverride().configureOutput(commanderOutput);
  return ask;
}

function ofOne(name: string, description: string): Command {
  return new Command(name)
    .description(description)
    .option('--tenant <id>', 'tenant (default: entries without one)')
    .option('--all-tenants', 'of any tenant, where the role of this connection sees them')
    .option('--json', 'as JSON');
}

function paged(command: Command): Command {
  return command
    .option('--limit <n>', 'entries on a page, at most 500', Number, 50)
    .option('--cursor <place>', 'where the page begins: what another page printed')
    .option('--back', 'the page that ends before the cursor')
    .option('--json', 'one JSON object a line');
}

// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- the arguments of a command, as its own action names them
function answer<A extends readonly unknown[]>(
  work: (reader: AuditReader, where: Where, options: WhereOptions, ...values: A) => Promise<boolean>,
): (...given: unknown[]) => Promise<void> {
  return async (...given) => {
    // As commander hands them: the values, the options, the command.
    const command = given.at(-1) as Command;
    const options = given.at(-2) as WhereOptions;
    const { tenant, allTenants } = options;
    await withReader(command, options, (reader) =>
      work(reader, { tenant, allTenants }, options, ...(given.slice(0, -2) as unknown as A)),
    );
  };
}

function pages(
  work: (reader: AuditReader, query: AuditQuery, of?: Resource) => Promise<AuditPage>,
): (...given: unknown[]) => Promise<void> {
  return async (...given) => {
    const command = given.at(-1) as Command;
    const options = given.at(-2) as PageOptions;
    const { limit, cursor, back } = options;
    await withReader(command, options, async (reader) => {
      const query = { ...conditionsOf(options), limit, cursor, ...(back ? { back } : {}) };
      const page = await work(reader, query, given.length > 2 ? (given[0] as Resource) : undefined);
      if (options.json) for (const entry of page.entries) printJson(plain(entry));
      else print(printEntries(page.entries));
      printPlaces(page);
      return page.entries.length > 0 || cursor !== undefined;
    });
  };
}

/** @param work whether it found something */
async function withReader(
  command: Command,
  where: Where,
  work: (reader: AuditReader) => Promise<boolean>,
): Promise<void> {
  const env = await environment(command, 'AUDIT_SEALER_DATABASE_URL');
  await withPool(env, 'ask', async (pool) => {
    if (!(await work(readerOf(pool, env, true)))) await sayWithoutTenant(pool, env.schema, where);
  });
}

function record(value: string): Resource {
  const found = resource(value);
  if (found.id === undefined) throw new InvalidArgumentError('is not a record; write for example Invoice:42');
  return found;
}

function duration(value: string): number {
  const [, count, unit = 'd'] = /^(\d{1,6})([smhd])$/.exec(value) ?? [];
  if (count === undefined) throw new InvalidArgumentError('is not a duration; write for example 15m, 24h or 7d');
  return Number(count) * { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 }[unit as 's' | 'm' | 'h' | 'd']; // as matched
}

/** What JSON has no form for, as text. */
function plain(value: unknown): unknown {
  return JSON.parse(
    JSON.stringify(value, (_name, each: unknown) =>
      typeof each === 'bigint'
        ? String(each)
        : each instanceof Uint8Array
          ? Buffer.from(each).toString('base64')
          : each,
    ),
  );
}
