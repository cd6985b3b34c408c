import type { Check } from '../../event/check.js';
import type { Engine } from '../../event/coverage/coverage.js';
import { checkCatalogue } from './check-catalogue.js';
import { checkLog, LOG_FACTS, type LogFacts } from './check-log.js';
import { checkTriggers } from './check-triggers.js';
import { fail, MIGRATE, ok } from './checks.js';
import type { Coverage, PlannedTable } from './coverage.js';
import type { Pool } from './pool.js';
import { inSchema } from './schema.js';
import { planTriggers } from './triggers.js';

/** `triggers` and `off` are for an application without a configuration. */
const FACTS = `
select ${LOG_FACTS},
       (select count(*)::int from pg_trigger t where t.tgname like '!audit%' and not t.tgisinternal) as triggers,
       (select array_agg(distinct t.tgrelid::regclass::text) from pg_trigger t where t.tgname like '!audit%' and not t.tgisinternal and t.tgenabled <> 'O') as off`;

interface Facts extends LogFacts {
  readonly triggers: number;
  readonly off: readonly string[] | null;
}

/**
 * What an application asks the database at its start: those of doctor's checks that tell whether writes are captured as they
 * should be, in three statements that read system catalogues alone (a fourth says what a table of the catalogue is that is not there). What changes while it runs (sealer, backlog), and who else
 * may do what, is for doctor.
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
  const { rows } = await pool.query<Facts>(inSchema(schema, FACTS));
  const facts = rows[0];
  if (!facts) throw new Error('a statement without FROM gave no row');
  if (!coverage) return [...checkLog(facts), ...unconfigured(facts, engine)];
  const known = { ...coverage, schema, ...(engine === undefined ? {} : { engine }) };
  const plan = await planTriggers(pool, known);
  return [
    ...checkLog(facts),
    ...triggerChecks(plan, { ...coverage, schema }, engine),
    ...(await checkCatalogue(pool, plan, known, false)),
  ];
}

function triggerChecks(
  plan: readonly PlannedTable[],
  coverage: Coverage,
  engine: Engine | undefined,
): readonly Check[] {
  if (engine !== 'client' || coverage.engine === 'client') return checkTriggers(plan, coverage, false);
  // That there are triggers beside it, the check of the client tells.
  return plan.some(({ step }) => step === 'remove') ? [] : [unsaidEngine()];
}

/** Without a configuration: that there are triggers at all, and that they are on. */
function unconfigured({ triggers, off }: Facts, engine: Engine | undefined): readonly Check[] {
  // Of triggers beside it the check of the client tells.
  if (engine === 'client') return [];
  if (off) {
    const message = `capture triggers are switched off on ${off.join(', ')}: changes there are not logged`;
    return [fail('triggers', message, MIGRATE)];
  }
  if (triggers === 0)
    return [{ name: 'triggers', state: 'warn', message: 'no table has a capture trigger', remedy: MIGRATE }];
  return [ok('triggers', 'there are capture triggers; whether on all tables, option config would tell')];
}

function unsaidEngine(): Check {
  return {
    name: 'engine',
    state: 'warn',
    message: `a client has engine "client", and audit.config does not say so: the next migrate would make triggers beside it`,
    remedy: "set engine: 'client' in audit.config",
  };
}
