import type { Catalogue } from '../../event/catalogue.js';
import type { Check } from '../../event/check.js';
import type { Engine } from '../../event/coverage/coverage.js';
import { checkOneEngine } from './check-one-engine.js';
import type { Coverage } from './coverage.js';
import type { Pool } from './pool.js';
import { inSchema } from './schema.js';
import type { Table } from '../../event/coverage/table.js';
import { readTables } from './tables.js';
import { planTriggers } from './triggers.js';

/** Rights are asked of the catalogue: a try would leave a row. */
const RIGHTS = `
select has_table_privilege(f.proowner, '"audit".content'::regclass, 'insert') as captures,
       (select bool_and(has_function_privilege(p.oid, 'execute')) from pg_proc p where p.pronamespace = '"audit"'::regnamespace and p.proname = 'record') as records,
       (select count(*)::int from pg_trigger t where t.tgrelid in ('"audit".content'::regclass, '"audit".entry'::regclass) and t.tgname = 'append_only' and t.tgenabled = 'A') as guards,
       (select count(*)::int from pg_trigger t where t.tgname like '!audit%' and not t.tgisinternal) as triggers,
       (select array_agg(distinct t.tgrelid::regclass::text) from pg_trigger t where t.tgname like '!audit%' and not t.tgisinternal and t.tgenabled <> 'O') as off
  from pg_proc f where f.oid = '"audit".capture()'::regprocedure`;

interface Rights {
  readonly captures: boolean;
  readonly records: boolean | null;
  readonly guards: number;
  readonly triggers: number;
  readonly off: string[] | null;
}

const MIGRATE = 'run "nestjs-prisma-audit migrate"';

/**
 * What an application asks the database at its start: triggers, rights, and whether the catalogue still is that of the
 * database. Reads system catalogues alone, in a few statements.
 *
 * @param coverage the application's `audit.config`; without it nobody knows which tables should be audited
 * @param engine the one that captures: clients may know of it where the configuration is silent
 * @throws AuditError `AUDIT_CONFIG_INVALID` when it names what is not there
 */
export async function probeDatabase(
  pool: Pool,
  schema: string,
  coverage?: Coverage,
  engine = coverage?.engine,
): Promise<readonly Check[]> {
  const { rows } = await pool.query<Rights>(inSchema(schema, RIGHTS));
  const rights = rows[0];
  return [
    ...(rights ? rightsChecks(rights) : []),
    ...(coverage ? await triggerChecks(pool, schema, coverage, engine) : unconfigured(rights, engine)),
    ...(coverage?.catalogue ? await catalogueChecks(pool, schema, coverage, coverage.catalogue) : []),
  ];
}

function rightsChecks({ captures, records, guards }: Rights): Check[] {
  const found: Check[] = [];
  if (!captures)
    found.push({
      name: 'rights.capture',
      state: 'fail',
      message: 'the owner of the capture function may not write to the log, so audited writes fail',
      remedy: MIGRATE,
    });
  if (records === false)
    found.push({
      name: 'rights.record',
      state: 'warn',
      message: "the role of the audit module's databaseUrl may not record events: they wait and are lost",
      remedy: `grant it the right to execute the log's function record, or pass another databaseUrl`,
    });
  if (guards !== 2)
    found.push({
      name: 'rights.appendOnly',
      state: 'fail',
      message: 'the append-only triggers of the log are missing or switched off: somebody removed them',
      remedy: `verify the log, then ${MIGRATE}`,
    });
  return found.length > 0
    ? found
    : [{ name: 'rights', state: 'ok', message: 'the rights on the log are as they should be' }];
}

/** Without a configuration: that there are triggers at all, and that they are on. */
function unconfigured(rights: Rights | undefined, engine: Engine | undefined): Check[] {
  // Of triggers beside it the check of the client tells.
  if (engine === 'client') return [];
  if (rights?.off)
    return [
      {
        name: 'triggers',
        state: 'fail',
        message: `capture triggers are switched off on ${rights.off.join(', ')}: changes there are not logged`,
        remedy: MIGRATE,
      },
    ];
  if (rights?.triggers === 0)
    return [{ name: 'triggers', state: 'warn', message: 'no table has a capture trigger', remedy: MIGRATE }];
  return [
    {
      name: 'triggers',
      state: 'ok',
      message: 'there are capture triggers; whether on all tables, option config would tell',
    },
  ];
}

const SAYS = {
  add: 'not captured at all',
  replace: 'captured by triggers that are stale or switched off',
  remove: 'captured although audit.config says they are not',
} as const;

async function triggerChecks(
  pool: Pool,
  schema: string,
  coverage: Coverage,
  engine: Engine | undefined,
): Promise<Check[]> {
  const plan = await planTriggers(pool, { ...coverage, schema, ...(engine === undefined ? {} : { engine }) });
  if (engine === 'client') return [checkOneEngine(plan), ...(coverage.engine === 'client' ? [] : [unsaidEngine()])];
  const found = (Object.keys(SAYS) as (keyof typeof SAYS)[]).flatMap((step): Check[] => {
    const models = plan.filter((table) => table.step === step).map(({ model }) => model);
    if (models.length === 0) return [];
    const message = `models ${SAYS[step]}: ${models.join(', ')}`;
    return [{ name: 'triggers', state: step === 'remove' ? 'warn' : 'fail', message, remedy: MIGRATE }];
  });
  if (found.length > 0) return found;
  const audited = plan.filter(({ wanted }) => wanted !== undefined).length;
  return audited > 0
    ? [{ name: 'triggers', state: 'ok', message: `${audited} tables are audited, by triggers that are current` }]
    : [
        {
          name: 'triggers',
          state: 'warn',
          message: `no table is audited in ${(coverage.schemas ?? ['public']).join(', ')}`,
          remedy: 'set schemas in audit.config',
        },
      ];
}

function unsaidEngine(): Check {
  return {
    name: 'engine',
    state: 'warn',
    message: `a client has engine "client", and audit.config does not say so: the next migrate would make triggers beside it`,
    remedy: "set engine: 'client' in audit.config",
  };
}

async function catalogueChecks(pool: Pool, schema: string, coverage: Coverage, catalogue: Catalogue): Promise<Check[]> {
  const first = coverage.schemas?.[0] ?? 'public';
  const models = Object.entries(catalogue.models).filter(([, { view }]) => view !== true);
  const schemas = [...new Set([first, ...models.map(([, model]) => model.schema ?? first)])];
  const tables = await readTables(pool, schemas, schema);
  const stale = models.flatMap(([name, model]) => {
    const table = tables.find((each) => each.schema === (model.schema ?? first) && each.name === model.table);
    const columns = Object.values(model.fields).map(({ column }) => column);
    const difference = differenceOf(table, columns);
    return difference === undefined ? [] : [`${name} (${difference})`];
  });
  if (stale.length === 0) return [{ name: 'catalogue', state: 'ok', message: 'the catalogue is that of the database' }];
  return [
    {
      name: 'catalogue',
      state: 'warn',
      message: `the catalogue is not that of the database: ${stale.join(', ')}`,
      remedy: 'run "prisma generate" and deploy its result, or the migration that is missing',
    },
  ];
}

function differenceOf(table: Table | undefined, columns: readonly string[]): string | undefined {
  if (table === undefined) return 'no such table';
  const missing = columns.filter((column) => !table.columns.includes(column));
  const added = table.columns.filter((column) => !columns.includes(column));
  const parts = [
    missing.length > 0 ? `no column ${missing.join(', ')}` : '',
    added.length > 0 ? `does not know ${added.join(', ')}` : '',
  ].filter((part) => part !== '');
  return parts.length === 0 ? undefined : parts.join('; ');
}
