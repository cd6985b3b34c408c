import { missingMigrations } from './migrate.js';
import type { Coverage, PlannedTable } from './coverage.js';
import type { Pool } from './pool.js';
import { inSchema } from './schema.js';
import { planTriggers } from './triggers.js';

/** Who could undo the protection: see SECURITY.md. */
export type PrivilegeLevel = 'single' | 'split';

export interface Health {
  readonly server: string;
  readonly installed: boolean;
  readonly origin: string;
  readonly level: PrivilegeLevel;
  readonly levelMeans: string;
  readonly covered: readonly string[];
  readonly skipped: readonly string[];
  readonly sealer: { readonly holder: string | null; readonly alive: boolean };
  readonly unsealed: number;
  readonly oldestUnsealedSeconds: number | null;
  /** What is wrong, with the remedy. */
  readonly problems: readonly string[];
}

const STATE = `
select s.origin, s.holder, s.lease_until > clock_timestamp() as alive,
       (select rolsuper from pg_roles where rolname = current_user) or pg_has_role(current_user, c.relowner, 'usage') as owner,
       (select count(*)::int from pg_trigger t where t.tgrelid in ('"audit".content'::regclass, '"audit".entry'::regclass) and t.tgname = 'append_only' and t.tgenabled = 'A') as guards,
       w.waiting::int as unsealed, w.oldest::int as oldest
  from "audit".sealer s,
       (select relowner from pg_class where oid = '"audit".entry'::regclass) c,
       (select count(*) as waiting, extract(epoch from clock_timestamp() - min(at)) as oldest
          from "audit".content c where c.pos > (select low from "audit".sealer) and not exists (select from "audit".entry e where e.pos = c.pos)) w`;

const MEANS: Record<PrivilegeLevel, string> = {
  single: 'this role owns the log; tampering is found, not prevented',
  split: 'this role cannot change the log; its owner still can',
};

/** Looks at everything an operator should know. Changes nothing; reads the catalogue and the unsealed tail. */
export async function examine(pool: Pool, schema: string, coverage: Coverage): Promise<Health> {
  const { rows } = await pool.query<{ version: string; replica: string }>(
    `select current_setting('server_version') as version, current_setting('session_replication_role') as replica`,
  );
  const problems: string[] = [];
  const missing = await missingMigrations(pool, schema);
  if (missing.length > 0)
    problems.push(
      `the log is not installed or not up to date (${missing.length} migrations missing): run "nestjs-prisma-audit migrate"`,
    );
  if (rows[0]?.replica !== 'origin')
    problems.push('session_replication_role is not "origin" for this role: triggers do not fire, nothing is captured');
  const nothing = {
    origin: '',
    level: 'single',
    levelMeans: MEANS.single,
    covered: [],
    skipped: [],
    sealer: { holder: null, alive: false },
    unsealed: 0,
    oldestUnsealedSeconds: null,
  } as const;
  const server = `PostgreSQL ${rows[0]?.version}`;
  if (missing.length > 0) return { server, installed: false, ...nothing, problems };

  const plan = await planTriggers(pool, coverage);
  problems.push(...triggerProblems(plan));
  if (!plan.some(({ wanted }) => wanted !== undefined)) {
    problems.push(`no table is audited in ${(coverage.schemas ?? ['public']).join(', ')}: set schemas in audit.config`);
  }
  const state = (
    await pool.query<{
      origin: string;
      holder: string | null;
      alive: boolean;
      owner: boolean;
      guards: number;
      unsealed: number;
      oldest: number | null;
    }>(inSchema(schema, STATE))
  ).rows[0];
  if (!state) throw new Error(`the table "${schema}".sealer is empty`);
  if (state.guards !== 2)
    problems.push(
      'the append-only triggers of content or entry are missing or switched off: somebody removed them. Verify the log, then run "migrate"',
    );
  if (!state.alive)
    problems.push('no sealer is alive: start the application with option seal, or "nestjs-prisma-audit seal"');
  if (state.oldest !== null && state.oldest > 60)
    problems.push(`content has been waiting for its entry for ${state.oldest} s`);
  const level = state.owner ? 'single' : 'split';
  return {
    server,
    installed: true,
    origin: state.origin,
    level,
    levelMeans: MEANS[level],
    covered: plan.filter(({ wanted }) => wanted !== undefined).map(({ model }) => model),
    skipped: plan.filter(({ wanted }) => wanted === undefined).map(({ model }) => model),
    sealer: { holder: state.holder, alive: state.alive },
    unsealed: state.unsealed,
    oldestUnsealedSeconds: state.oldest,
    problems,
  };
}

function triggerProblems(plan: readonly PlannedTable[]): string[] {
  const says = {
    add: 'has no capture trigger',
    replace: 'has a capture trigger that is not what audit.config says, or is switched off',
    remove: 'is captured although audit.config says it is not',
    keep: '',
    skip: '',
  } as const;
  return plan
    .filter(({ step }) => says[step] !== '')
    .map(({ model, step }) => `${model} ${says[step]}: run "nestjs-prisma-audit migrate"`);
}
