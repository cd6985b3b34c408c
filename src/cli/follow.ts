import { Command, InvalidArgumentError } from 'commander';
import { AuditError } from '../event/errors.js';
import { isUuid } from '../query/query.js';
import { followerAdmin, postgresFollowerStore, type Pool } from '../store/postgres/index.js';
import { environment, requireLog, withPool } from './environment.js';
import { printDeadLetters, printFollowers } from './print-followers.js';
import { commanderOutput, line, print, printJson } from './terminal.js';

const MOST_COUNTED = 100_000;

type Admin = ReturnType<typeof followerAdmin>;
type Work = (admin: Admin, pool: Pool, schema: string) => Promise<void>;

export function followCommand(): Command {
  const all = new Command('follow').description('the followers of the log: how they are, and what they have set aside');
  for (const command of [listCommand(), deadLettersCommand(), replayCommand(), skipCommand(), resetCommand()])
    all.addCommand(command.exitOverride().configureOutput(commanderOutput));
  return all;
}

async function work(command: Command, does: Work): Promise<void> {
  const env = await environment(command, 'AUDIT_FOLLOWER_DATABASE_URL');
  await withPool(env, 'follow', async (pool) => {
    await requireLog(pool, env.schema);
    await does(followerAdmin(pool, env.schema), pool, env.schema);
  });
}

function listCommand(): Command {
  return new Command('list')
    .description('how far each follower is, and why its last attempt failed')
    .option('--json', 'for machines')
    .action(async ({ json }: { json?: boolean }, command: Command) => {
      await work(command, async (admin, pool, schema) => {
        const states = await postgresFollowerStore(pool, schema).states(MOST_COUNTED);
        const errors = await admin.errors();
        const all = states.map((state) => ({ ...state, ...errors.find(({ name }) => name === state.name) }));
        if (json) printJson(all);
        else printFollowers(all);
      });
    });
}

function deadLettersCommand(): Command {
  return new Command('dead-letters')
    .description('entries that a follower has set aside, with the reason')
    .argument('<name>', 'of the follower')
    .option('--all', 'those that were replayed or skipped too')
    .option('--limit <n>', 'at most', most, 100)
    .option('--json', 'for machines')
    .action(async (name: string, { all = false, limit, json }: { all?: boolean; limit: number; json?: boolean }, command: Command) => {
      await work(command, async (admin) => {
        const letters = await admin.deadLetters(name, all, limit);
        if (json) printJson(letters);
        else printDeadLetters(letters);
      });
    }); // prettier-ignore
}

function replayCommand(): Command {
  return new Command('replay')
    .description('have entries that were set aside delivered once more, by whichever process runs the follower')
    .argument('<name>', 'of the follower')
    .argument('[id...]', 'of the entries (default: all that are set aside)')
    .action(async (name: string, given: string[], _options: object, command: Command) => {
      const ids = checkIds(given);
      await work(command, async (admin) => {
        const count = await admin.settle(name, ids, 'replay');
        print(line`${count} entries are delivered again to ${name} as soon as a process runs it`);
      });
    });
}

function skipCommand(): Command {
  return new Command('skip')
    .description('give up entries that were set aside, or the one that a follower is at; who did is put down')
    .argument('<name>', 'of the follower')
    .argument('[id...]', 'of the entries (default: all that are set aside)')
    .option('--next <why>', 'not those: the entry that it is at, and cannot go on behind')
    .action(async (name: string, given: string[], { next }: { next?: string }, command: Command) => {
      const ids = checkIds(given);
      if (next !== undefined && ids !== undefined) throw invalid('--next is for the entry that the follower is at: leave the ids out'); // prettier-ignore
      await work(command, async (admin) => {
        if (next === undefined)
          return print(line`${await admin.settle(name, ids, 'skipped')} entries are given up: ${name} never gets them`);
        const id = await admin.skip(name, next);
        if (id === undefined)
          throw invalid(`nothing waits for a follower ${name}, there is none, or its cursor has to be looked at first (follow list)`); // prettier-ignore
        print(line`${name} goes on behind the entry ${id}, which it never gets`);
      });
    });
}

function resetCommand(): Command {
  return new Command('reset')
    .description('say where a follower goes on; entries behind that place are delivered again, with the same ids')
    .argument('<name>', 'of the follower')
    .option('--start', 'with the first entry of the log')
    .option('--behind <id>', 'behind this entry: the last one that the target has')
    .action(async (name: string, { start = false, behind }: { start?: boolean; behind?: string }, command: Command) => {
      if (start === (behind !== undefined)) throw invalid('say where: --start, or --behind with the id of an entry');
      if (behind !== undefined) checkIds([behind]);
      await work(command, async (admin) => {
        if (!(await admin.reset(name, behind)))
          throw invalid(`there is no follower ${name}, or no entry ${behind ?? ''}`);
        print(line`${name} goes on ${behind === undefined ? 'with the first entry' : `behind the entry ${behind}`}`);
      });
    }); // prettier-ignore
}

function checkIds(ids: readonly string[]): readonly string[] | undefined {
  const wrong = ids.find((id: unknown) => !isUuid(id));
  if (wrong !== undefined) throw invalid(`${wrong} is not the id of an entry: dead-letters shows them`);
  return ids.length === 0 ? undefined : ids;
}

function most(value: string): number {
  const n = Number(value);
  if (!Number.isInteger(n) || n < 1 || n > 100_000) throw new InvalidArgumentError('must be a whole number from 1 to 100000'); // prettier-ignore
  return n;
}

function invalid(message: string): AuditError {
  return new AuditError('AUDIT_OPTIONS_INVALID', message);
}
