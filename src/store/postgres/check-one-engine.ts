import { fail, ok, type Check } from './checks.js';
import type { PlannedTable } from './coverage.js';
import type { Pool } from './pool.js';
import { inSchema } from './schema.js';

const REMEDY =
  "set engine: 'client' in audit.config and run \"nestjs-prisma-audit migrate\", which removes the triggers; or take engine: 'client' out of audit()";

/** Where audit.config does not say engine "client": that no client has it on all the same. Read from what was logged lately. */
export async function checkLoggedTwice(pool: Pool, schema: string): Promise<readonly Check[]> {
  const { rows } = await pool.query<{ models: string[] }>(inSchema(schema, `select "audit".logged_twice() as models`));
  const models = rows[0]?.models ?? [];
  if (models.length === 0) return [];
  const message = `both engines are on: changes of ${models.join(', ')} were logged twice within the last ten minutes, by a trigger and by a client with engine "client"`;
  return [fail('engine', message, REMEDY)];
}

/** Where engine "client" captures: that no trigger does so too. */
export function checkOneEngine(plan: readonly PlannedTable[]): Check {
  const both = plan.filter(({ step }) => step === 'remove').map(({ model }) => model);
  if (both.length === 0) return ok('engine', 'the client captures, and no trigger does');
  return fail(
    'engine',
    `both engines are on: audit.config says engine "client", and there are capture triggers on ${both.join(', ')}, so each change of a client is logged twice`,
    'run "nestjs-prisma-audit migrate", which removes the triggers; to keep them take engine: \'client\' out of audit.config and of audit()',
  );
}
