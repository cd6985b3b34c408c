import { Command, InvalidArgumentError } from 'commander';
import { AuditReader } from '../query/reader.js';
import { postgresEntryStore } from '../store/postgres/index.js';
import { environment, withPool } from './environment.js';
import { printEntries } from './print-entries.js';
import { complain, line, print, printJson } from './terminal.js';

interface QueryOptions {
  tenant?: string;
  actor?: string;
  resource?: string;
  action?: string;
  failures?: boolean;
  group?: string;
  requestId?: string;
  from?: Date;
  to?: Date;
  oldest?: boolean;
  limit: number;
  cursor?: string;
  json?: boolean;
}

export function queryCommand(): Command {
  return new Command('query')
    .description('show entries of one tenant, newest first')
    .option('--tenant <id>', 'tenant (default: entries without one)')
    .option('--actor <id>', 'by actor')
    .option('--resource <type[:id]>', 'by resource; with an id this is the history of a record, oldest first')
    .option('--action <name>', 'by action, or a prefix: "invoice.*"')
    .option('--failures', 'only what did not succeed')
    .option('--group <uuid>', 'one unit of work')
    .option('--request-id <id>', 'by request id')
    .option('--from <time>', 'occurred at or after (ISO 8601)', time)
    .option('--to <time>', 'occurred before (ISO 8601)', time)
    .option('--oldest', 'oldest first')
    .option('--limit <n>', 'entries on a page, at most 500', Number, 50)
    .option('--cursor <id>', 'next page: what the last page printed')
    .option('--json', 'one JSON object a line')
    .action(async (options: QueryOptions, command: Command) => {
      const env = await environment(command, 'AUDIT_SEALER_DATABASE_URL');
      const [type, ...id] = options.resource?.split(':') ?? [];
      const history = id.length > 0;
      const { tenant, actor, action, failures, group, requestId, from, to, limit, cursor } = options;
      const page = await withPool(env, 'query', (pool) =>
        new AuditReader(postgresEntryStore(pool, env.schema)).find({
          tenant,
          actor,
          action,
          failures,
          group,
          requestId,
          from,
          to,
          limit,
          cursor,
          resource: type === undefined ? undefined : { type, id: history ? id.join(':') : undefined },
          order: options.oldest || history ? 'oldest' : 'newest',
        }),
      );
      if (options.json) for (const entry of page.entries) printJson(entry);
      else print(printEntries(page.entries));
      if (page.next !== undefined) complain(line`next page: --cursor ${page.next}`);
    });
}

function time(value: string): Date {
  const date = new Date(value);
  if (Number.isNaN(date.getTime()))
    throw new InvalidArgumentError('is not a time; write for example 2026-03-01T00:00:00Z');
  return date;
}
