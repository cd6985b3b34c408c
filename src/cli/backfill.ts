import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { Command } from 'commander';
import { backfill } from '../store/postgres/index.js';
import { environment, requireLog, withPool } from './environment.js';
import { line, paint, print } from './terminal.js';
import { waiting } from './waiting.js';

interface BackfillCommand {
  readonly table: readonly string[];
  readonly reason: string;
  readonly file: string;
  readonly actor?: string;
}

export function backfillCommand(): Command {
  return new Command('backfill')
    .description(
      'run a sanctioned bulk load without capturing its rows, in one transaction, and leave one entry that says so',
    )
    .requiredOption('--table <name...>', 'models or tables that are written to; all others are captured as ever')
    .requiredOption('--reason <text>', 'why; sealed with the entry')
    .requiredOption('--file <sql>', 'statements to run; "-" is standard input')
    .option('--actor <id>', 'who answers for it (default: the role of the database)')
    .action(async (options: BackfillCommand, command: Command) => {
      const env = await environment(command, 'AUDIT_MIGRATE_DATABASE_URL');
      const sql = options.file === '-' ? await text(process.stdin) : await readFile(options.file, 'utf8');
      const { table, reason, actor } = options;
      const tables = await withPool(env, 'backfill', async (pool) => {
        await requireLog(pool, env.schema);
        return await backfill(pool, env.coverage, { tables: table, sql, reason, actor, lock: waiting });
      });
      for (const { table: name, before, after } of tables)
        print(line`${paint.green('✓')} ${name}: ${before} → ${after} rows`);
      print('the entry coverage.backfill waits for the sealer');
    });
}
