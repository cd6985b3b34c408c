import { Command } from 'commander';
import pc from 'picocolors';
import {
  migrate,
  planTriggers,
  reconcileTriggers,
  missingMigrations,
  reconcilePrivileges,
  checkUncaptured,
  type PlannedTable,
} from '../store/postgres/index.js';
import { environment, withPool } from './environment.js';
import { migratePrisma } from './migrate-prisma.js';
import { printPrivileges, rolesOf, type RoleOptions } from './print-privileges.js';

interface MigrateCommandOptions extends RoleOptions {
  dryRun?: boolean;
  origin?: string;
  prisma?: string;
  createRoles?: boolean;
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
    .option('--create-roles', 'create those of them that are not there, with LOGIN and without a password')
    .action(async (options: MigrateCommandOptions, command: Command) => {
      const env = await environment(command, 'AUDIT_MIGRATE_DATABASE_URL');
      if (options.prisma !== undefined) return await migratePrisma(env, { ...options, prisma: options.prisma });
      await withPool(env, 'migrate', async (pool) => {
        const files = options.dryRun
          ? await missingMigrations(pool, env.schema)
          : await migrate(pool, { schema: env.schema, origin: options.origin });
        for (const file of files) process.stdout.write(`${pc.green('+')} ${file}\n`);
        const plan = await planTriggers(pool, env.coverage);
        for (const table of plan) if (table.step !== 'keep') process.stdout.write(`${describe(table)}\n`);
        if (!options.dryRun) await reconcileTriggers(pool, env.coverage);
        if (!options.dryRun || files.length === 0) {
          const roles = { ...env.levels.roles, ...rolesOf(options) };
          const { createRoles, dryRun } = options;
          printPrivileges(await reconcilePrivileges(pool, { schema: env.schema, roles, createRoles, dryRun }));
        }
        const audited = plan.filter((table) => table.audited);
        const config = env.configFile ?? 'no audit.config: every table, default secret names';
        const by = env.coverage.engine === 'client' ? ', by engine "client" and no trigger' : '';
        process.stdout.write(
          `${options.dryRun ? 'would be audited' : 'audited'}: ${audited.length} of ${plan.length} tables${by} (${config})\n`,
        );
        const keyless = audited.filter(({ table }) => table.key.length === 0).map(({ model }) => model);
        if (keyless.length > 0)
          process.stdout.write(pc.yellow(`without a key, so changes carry no resource id: ${keyless.join(', ')}\n`));
        for (const { state, message } of await checkUncaptured(pool, env.coverage))
          process.stdout.write(`${state === 'ok' ? pc.dim(message) : pc.yellow(message)}\n`);
      });
    });
}

const SIGNS = { add: pc.green('+'), replace: pc.yellow('~'), remove: pc.red('-'), skip: pc.dim('·'), keep: ' ' };

function describe({ table, model, step, wanted, audited }: PlannedTable): string {
  const name = model === table.name ? model : `${model} (${table.name})`;
  const rules = wanted?.[3]
    ? (JSON.parse(wanted[3]) as { redact: string[]; mask: object; ignore: string[] })
    : undefined;
  const hidden = Object.entries({
    redacted: rules?.redact ?? [],
    masked: Object.keys(rules?.mask ?? {}),
    ignored: rules?.ignore ?? [],
  })
    .filter(([, columns]) => columns.length > 0)
    .map(([how, columns]) => `, ${how}: ${columns.join(', ')}`)
    .join('');
  return `${SIGNS[step]} ${name}${step === 'skip' ? pc.dim(audited ? ' without a trigger' : ' not audited') : hidden}`;
}
