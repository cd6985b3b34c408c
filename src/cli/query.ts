import { Command } from 'commander';
import type { AuditPage } from '../query/find.js';
import type { Resource } from '../event/types.js';
import { conditionsOf, readerOf, withConditions, type ConditionOptions } from './conditions.js';
import { environment, withPool } from './environment.js';
import { printEntries } from './print-entries.js';
import { sayWithoutTenant } from './without-tenant.js';
import { complain, line, print, printJson } from './terminal.js';

type QueryOptions = ConditionOptions & {
  oldest?: boolean;
  limit: number;
  cursor?: string;
  back?: boolean;
  count?: boolean;
  json?: boolean;
};

export function queryCommand(): Command {
  return withConditions(new Command('query').description('show entries of one tenant, newest first'))
    .option('--oldest', 'oldest first, as the history of a record always is')
    .option('--limit <n>', 'entries on a page, at most 500', Number, 50)
    .option('--cursor <place>', 'where the page begins: what another page printed')
    .option('--back', 'the page that ends before the cursor')
    .option('--count', 'only how many there are, 10,000 at most')
    .option('--json', 'one JSON object a line')
    .action(async (options: QueryOptions, command: Command) => {
      const env = await environment(command, 'AUDIT_SEALER_DATABASE_URL');
      const conditions = conditionsOf(options);
      await withPool(env, 'query', async (pool) => {
        const reader = readerOf(pool, env);
        if (options.count) {
          const { count, isExact } = await reader.count(conditions);
          if (options.json) printJson({ count, isExact });
          else print(isExact ? line`${count}` : line`at least ${count}: more than 10,000 entries would have to be looked at`); // prettier-ignore
          if (count === 0) await sayWithoutTenant(pool, env.schema, conditions);
          return;
        }
        const { limit, cursor, back } = options;
        const order = options.oldest || isRecord(conditions.resource) ? 'oldest' : 'newest';
        const page = await reader.find({ ...conditions, order, limit, cursor, ...(back ? { back } : {}) });
        if (options.json) for (const entry of page.entries) printJson(entry);
        else print(printEntries(page.entries));
        printPlaces(page);
        if (page.entries.length === 0 && cursor === undefined) await sayWithoutTenant(pool, env.schema, conditions);
      });
    });
}

/** Where a page of entries goes on; on standard error, so that the entries can be piped. */
export function printPlaces({ next, previous, stoppedAt }: Omit<AuditPage, 'entries'>): void {
  if (stoppedAt !== undefined)
    complain(line`stopped at ${stoppedAt.toISOString()}: 10,000 entries were looked at, and there are more`);
  if (previous !== undefined) complain(line`previous page: --back --cursor ${previous}`);
  if (next !== undefined) complain(line`next page: --cursor ${next}`);
}

const isRecord = (resource: Resource | undefined): boolean => resource?.id !== undefined;
