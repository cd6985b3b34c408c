import { checkCatalogue } from './check-catalogue.js';
import { checkSigned, type KnownAnchors } from './check-evidence.js';
import { checkFollowers } from './check-followers.js';
import { checkClientRisks } from './check-client-risks.js';
import { checkLevel, MEANS } from './check-level.js';
import { checkLog, LOG_FACTS, type LogFacts } from './check-log.js';
import { checkShape } from './check-shape.js';
import { checkLoggedTwice } from './check-one-engine.js';
import { checkTriggers, type PlannedBy } from './check-triggers.js';
import { saying } from '../../event/check.js';
import { fail, MIGRATE, ok, type Check } from './checks.js';
import type { Coverage } from './coverage.js';
import { checkStrangers } from './strangers.js';
import { missingMigrations } from './migrate.js';
import type { Pool } from './pool.js';
import { mergeRoles, storedRoles } from './privileges.js';
import type { LevelConfig, PrivilegeLevel } from './roles.js';
import { inSchema } from './schema.js';
import { MEND_SEQUENCE } from './sealer-sql.js';
import { planTriggers } from './triggers.js';
import { checkUncaptured } from './uncaptured.js';
import { checkWatch } from './watch-check.js';

export interface Health {
  readonly server: string;
  readonly installed: boolean;
  readonly origin: string;
  /** What the role of this connection, the application's, could do. */
  readonly level: PrivilegeLevel;
  readonly levelMeans: string;
  readonly covered: readonly string[];
  readonly skipped: readonly string[];
  readonly sealer: { readonly holder: string | null; readonly alive: boolean };
  readonly unsealed: number;
  readonly oldestUnsealedSeconds: number | null;
  /** How far the registry is signed and anchored. */
  readonly evidence: string;
  /** All that was looked at. */
  readonly checks: readonly Check[];
  /** What of it failed, with the remedy, as sentences. */
  readonly problems: readonly string[];
}

const SESSION = `select current_setting('server_version') as version, current_setting('session_replication_role') as replica`;

const STATE = `
select b.origin, b.holder, b.alive, b.role, b.application, b.unsealed::int as unsealed, b.oldest_seconds::int as oldest, b.behind, b.ahead_seconds::float8 as ahead,
       (select array_agg(k.chain) from "audit".broken_chains() k) as broken, "audit".lost()::int as lost,${LOG_FACTS}
  from "audit".backlog() b`;

interface State extends LogFacts {
  readonly origin: string;
  readonly holder: string | null;
  readonly alive: boolean;
  readonly role: string | null;
  readonly application: string | null;
  readonly unsealed: number;
  readonly oldest: number | null;
  readonly behind: boolean;
  readonly ahead: number;
  readonly broken: readonly number[] | null;
  readonly lost: number | null;
}

/**
 * Looks at everything an operator should know. Changes nothing but a sequence of positions that is behind, which it raises; reads the catalogue and the unsealed tail. Any role that
 * `migrate` knows can do it; the level is that of the role of this connection.
 */
export async function examine(
  pool: Pool,
  schema: string,
  coverage: Coverage,
  levels: LevelConfig = {},
  by: PlannedBy = {},
  anchors: KnownAnchors = { tickMs: 60_000, heartbeatMs: 600_000, areLocal: false },
): Promise<Health> {
  const { rows } = await pool.query<{ version: string; replica: string }>(SESSION);
  const server = `PostgreSQL ${rows[0]?.version}`;
  const checks: Check[] = [];
  const missing = await missingMigrations(pool, schema);
  checks.push(
    missing.length > 0
      ? fail('installed', `the log is not installed or not up to date (${missing.length} migrations missing)`, MIGRATE)
      : ok('installed', 'the log is installed and up to date'),
    checkReplica(rows[0]?.replica),
  );
  if (missing.length > 0) {
    const nothing = { origin: '', level: 'single', levelMeans: MEANS.single, covered: [], skipped: [] } as const;
    const idle = { sealer: { holder: null, alive: false }, unsealed: 0, oldestUnsealedSeconds: null, evidence: '' };
    return { server, installed: false, ...nothing, ...idle, checks, problems: problemsOf(checks) };
  }
  const plan = await planTriggers(pool, coverage);
  const state = (await pool.query<State>(inSchema(schema, STATE))).rows[0];
  if (!state) throw new Error(`the table "${schema}".sealer is empty`);
  const stored = await storedRoles(pool, schema);
  const { level, checks: levelChecks } = await checkLevel(pool, schema, levels, state, stored, coverage.engine);
  const signed = await checkSigned(pool, schema, anchors);
  checks.push(
    ...checkTriggers(plan, coverage, true, by),
    ...(await checkUncaptured(pool, coverage)),
    ...(coverage.engine === 'client'
      ? await checkClientRisks(pool, plan, coverage, mergeRoles(stored, levels.roles ?? {}).app)
      : await checkLoggedTwice(pool, schema)),
    ...(await checkStrangers(pool, plan, schema)),
    await checkWatch(pool, schema),
    ...(await checkCatalogue(pool, plan, coverage)),
    ...checkLog(state),
    ...(await checkShape(pool, schema, stored)),
    ...checkPositions(state, state.behind && (await mended(pool, schema))),
    ...checkState(state),
    ...(await checkFollowers(pool, schema)),
    ...signed.checks,
    ...levelChecks,
  );
  return {
    server,
    installed: true,
    origin: state.origin,
    level,
    levelMeans: MEANS[level],
    covered: plan.filter(({ audited }) => audited).map(({ model }) => model),
    skipped: plan.filter(({ audited }) => !audited).map(({ model }) => model),
    sealer: { holder: state.holder, alive: state.alive },
    unsealed: state.unsealed,
    oldestUnsealedSeconds: state.oldest,
    evidence: signed.says,
    checks,
    problems: problemsOf(checks),
  };
}

function problemsOf(checks: readonly Check[]): readonly string[] {
  return checks.filter(({ state }) => state === 'fail').map((check) => saying(check));
}

function checkReplica(role: string | undefined): Check {
  return role === 'origin'
    ? ok('replica', 'writes under session_replication_role = replica (replication, some restores) are never captured')
    : fail('replica', 'session_replication_role is not "origin" for this role', 'triggers do not fire, nothing is captured'); // prettier-ignore
}

/** Whether this role could raise the sequence of positions. */
async function mended(pool: Pool, schema: string): Promise<boolean> {
  return await pool.query(inSchema(schema, MEND_SEQUENCE)).then(
    () => true,
    () => false,
  );
}

function checkPositions({ behind, ahead, broken }: State, isMended: boolean): readonly Check[] {
  const chains = broken ?? [];
  return [
    behind
      ? fail('sequence', 'the sequence of positions was behind the rows of the log, as after a restore of the data alone: audited writes failed', isMended ? 'it has been raised just now: look why' : 'run doctor again as the application, the sealer or the owner, who may raise it') // prettier-ignore
      : ok('sequence', 'positions are handed out once'),
    ahead > 60
      ? fail('clock', `the last batch is sealed ${ahead} s after now: the clock of the database was ahead, or was set back`, 'look at the clock; sealing goes on, a millisecond a batch, until it has caught up') // prettier-ignore
      : ok('clock', 'the clock is not behind the log'),
    chains.length > 0
      ? fail('chains', `${chains.length === 1 ? 'a chain' : `${chains.length} chains`} cannot grow, and the rows of it wait: ${chains.slice(0, 10).join(', ')}`, 'somebody changed the table chain: run "nestjs-prisma-audit verify", and put its row back from a backup') // prettier-ignore
      : ok('chains', 'every chain can grow'),
  ];
}

function checkState({ alive, oldest, lost }: State): readonly Check[] {
  const checks: Check[] = [
    alive
      ? ok('sealer', 'a sealer is alive')
      : fail(
          'sealer',
          'no sealer is alive',
          'start the application with option seal, or "nestjs-prisma-audit seal"; where evidence.signer is required, with the key: without it a process never leads',
        ),
    oldest !== null && oldest > 60
      ? fail('backlog', `content has been waiting for its entry for ${oldest} s`)
      : ok('backlog', 'nothing waits for long'),
  ];
  if (lost === null || lost === 0) return [...checks, ok('lost', 'no write went through without its entry')];
  const message = `${lost} writes went through although their change could not be logged (onMissing: 'warn')`;
  return [...checks, fail('lost', message, `see the warnings of the server's log; the owner resets the count with setval('lost_seq', 1, false)`)]; // prettier-ignore
}
