import {
  catalogueTables,
  lostTriggers,
  planCoverage,
  planTriggers,
  prismaMigration,
  readLeftOut,
} from '../store/postgres/index.js';
import { withPool, type Environment } from './environment.js';
import { readAuditFolders, writeAuditFolder } from './prisma-folder.js';
import { sayOrRefuse } from './tells-more.js';
import { line, paint, print } from './terminal.js';

/**
 * `migrate --prisma DIR`: what is covered comes from the catalogue if the configuration has one, and no database is asked
 * then; else from the database, in which the application's own migrations must have been applied.
 */
export async function migratePrisma(
  env: Environment,
  options: {
    readonly prisma: string;
    readonly origin?: string;
    readonly dryRun?: boolean;
    readonly withoutConfig?: boolean;
  },
): Promise<void> {
  const { coverage, schema } = env;
  const folders = await readAuditFolders(options.prisma);
  const last = folders.at(-1)?.name;
  const { catalogue } = coverage;
  const { plan, lost, left } =
    catalogue === undefined
      ? await withPool(env, 'migrate', async (pool) => {
          const read = await planTriggers(pool, coverage);
          const gone = await lostTriggers(pool, coverage, read, last);
          return { plan: read, lost: gone, left: await readLeftOut(pool, schema) };
        })
      : {
          plan: planCoverage(catalogueTables(catalogue, coverage.schemas ?? ['public']), coverage),
          lost: new Set<string>(),
          left: [],
        };
  const earlier = folders.map(({ sql }) => sql);
  const { onMissing = 'fail' } = coverage;
  const wanted = prismaMigration(
    plan,
    earlier,
    { schema, onMissing, origin: options.origin, engine: coverage.engine },
    lost,
    left,
  );
  if (wanted === undefined) {
    print(line`nothing new: ${last ?? options.prisma} and those before it do all that is wanted`);
    return;
  }
  sayOrRefuse(env, wanted.more, options.withoutConfig);
  for (const step of wanted.steps) print(step);
  if (options.dryRun) print(line`would be written to ${options.prisma}`);
  else {
    const folder = await writeAuditFolder(options.prisma, wanted.sql);
    print(line`${paint.green('written')} ${folder}/migration.sql; apply it with "prisma migrate deploy"`);
  }
}
