import { Command } from 'commander';
import {
  migrate,
  planTriggers,
  reconcileTriggers,
  missingMigrations,
  planTellsMore,
  reconcilePrivileges,
  checkUncaptured,
  type PlannedTable,
} from '../store/postgres/index.js';
import { environment, withPool } from './environment.js';
import { migratePrisma } from './migrate-prisma.js';
import { printPrivileges, rolesOf, type RoleOptions } from './print-privileges.js';
import { checkWithoutConfig, sayOrRefuse } from './tells-more.js';
import { joined, line, paint, print, type Text } from './terminal.js';
import { waiting } from './waiting.js';

interface MigrateCommandOptions extends RoleOptions {
  dryRun?: boolean;
  origin?: string;
  prisma?: string;
  createRoles?: boolean;
  withoutConfig?: boolean;
}

export function migrateCommand(): Command {
  return new Command('migrate')
    .description('install or update the log, and make the capture triggers what audit.config says')
    .option('--dry-run', 'say what would be done, change nothing')
    .option('--origin <name>', 'name of this deployment, part of every hash; fixed by the first run (default: random)')
    .option('--prisma <dir>', 'touch no database: write what is new as a migration folder of Prisma Migrate into <dir>')
    .option('--app-role <role>', 'the role of the application: it may record, and nothing else; "none" ends it')
    .option('--sealer-role <role>', 'the role of the sealer')
    .option('--reader-role <role>', 'a role that reads the entries of one tenant')
    .option('--auditor-role <role>', 'a role that reads all of the log and leaves entries of what it read')
    .option('--guard-role <role>', 'a role that reads who came and went (audit.access_log), of one tenant')
    .option('--follower-role <role>', 'a role that carries all entries elsewhere, and moves its own cursor')
    .option('--create-roles', 'create those of them that are not there, with LOGIN and without a password')
    .option('--without-config', 'there is meant to be no configuration: the log may tell what it hides now')
    .action(async (options: MigrateCommandOptions, command: Command) => {
      const env = await environment(command, 'AUDIT_MIGRATE_DATABASE_URL');
      checkWithoutConfig(env, options.withoutConfig);
      if (options.prisma !== undefined) return await migratePrisma(env, { ...options, prisma: options.prisma });
      await withPool(env, 'migrate', async (pool) => {
        // A configuration that cannot be, or was forgotten, is refused before anything is written.
        const more = await planTellsMore(pool, await planTriggers(pool, env.coverage), env.schema);
        sayOrRefuse(env, more, options.withoutConfig);
        const files = options.dryRun
          ? await missingMigrations(pool, env.schema)
          : await migrate(pool, { schema: env.schema, origin: options.origin, lock: waiting });
        for (const file of files) print(line`${paint.green('+')} ${file}`);
        const plan = await planTriggers(pool, env.coverage);
        for (const table of plan) if (table.step !== 'keep') print(describe(table));
        if (!options.dryRun) await reconcileTriggers(pool, env.coverage, { lock: waiting });
        if (!options.dryRun || files.length === 0) {
          const roles = { ...env.levels.roles, ...rolesOf(options) };
          const { createRoles, dryRun } = options;
          printPrivileges(
            await reconcilePrivileges(pool, {
              schema: env.schema,
              roles,
              engine: env.coverage.engine,
              createRoles,
              dryRun,
              lock: waiting,
            }),
          );
        }
        const audited = plan.filter((table) => table.audited);
        const config = env.config.file ?? 'no audit.config: every table, default secret names';
        const by = env.coverage.engine === 'client' ? ', by engine "client" and no trigger' : '';
        print(
          line`${options.dryRun ? 'would be audited' : 'audited'}: ${audited.length} of ${plan.length} tables${by} (${config})`,
        );
        const keyless = audited.filter(({ table }) => table.key.length === 0).map(({ model }) => model);
        if (keyless.length > 0)
          print(paint.yellow(line`without a key, so changes carry no resource id: ${joined(keyless, ', ')}`));
        for (const { state, message } of await checkUncaptured(pool, env.coverage))
          print(state === 'ok' ? paint.dim(message) : paint.yellow(message));
      });
    });
}

const SIGNS = {
  add: paint.green('+'),
  replace: paint.yellow('~'),
  remove: paint.red('-'),
  skip: paint.dim('·'),
  keep: ' ',
};

function describe({ table, model, step, wanted, audited }: PlannedTable): Text {
  const name = model === table.name ? model : line`${model} (${table.name})`;
  const rules = wanted?.[3]
    ? (JSON.parse(wanted[3]) as { redact: string[]; mask: object; ignore: string[] })
    : undefined;
  const hidden = Object.entries<readonly string[]>({
    redacted: rules?.redact ?? [],
    masked: Object.keys(rules?.mask ?? {}),
    ignored: rules?.ignore ?? [],
  })
    .filter(([, columns]) => columns.length > 0)
    .map(([how, columns]) => line`, ${how}: ${joined(columns, ', ')}`);
  const rest = step === 'skip' ? paint.dim(audited ? ' without a trigger' : ' not audited') : joined(hidden, '');
  return line`${SIGNS[step]} ${name}${rest}`;
}
