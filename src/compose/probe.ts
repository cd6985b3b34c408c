import type { Catalogue } from '../event/catalogue.js';
import { within } from '../event/deadline.js';
import { saying, type Check } from '../event/check.js';
import { AuditError, isAuditError } from '../event/errors.js';
import type { RawClient } from '../prisma/api.js';
import { saysWhoActs } from '../context/said.js';
import type { PoolLike } from '../pg/pg-like.js';
import { poolOf, probePool } from '../pg/probe.js';
import { poolBehind } from '../prisma/client-options.js';
import { captures } from '../prisma/probe-engine.js';
import { isClient, probeClient } from '../prisma/probe.js';
import type { Coverage } from '../store/postgres/coverage.js';
import type { Pool } from '../store/postgres/pool.js';
import { probeDatabase } from '../store/postgres/probe.js';
import type { ProbeMode } from './options.js';

/** Far more than a few small queries take; a pool of the application's that is empty must not hold its start. */
const LIMIT_MS = 5_000;

export interface Probed {
  readonly pool: Pool;
  readonly schema: string;
  readonly config?: Coverage | undefined;
  readonly catalogue?: Catalogue | undefined;
  /** Objects, among them the application's Prisma clients and pools of `pg`; what is neither is passed over. */
  readonly candidates: readonly unknown[];
}

/** All checks. Total: what cannot be asked is a check that says so. */
export async function probe({ pool, schema, config, catalogue, candidates }: Probed): Promise<readonly Check[]> {
  const clients = [...new Set(candidates)].filter((candidate) => isClient(candidate));
  const engine = config?.engine ?? (clients.some((client) => captures(client) === true) ? 'client' : undefined);
  // A pool that a client was made of sends what the client's adapter says; where clients log, no pool can.
  const behind = new Set(clients.map((client) => poolBehind(client)));
  const pools = new Set(engine === 'client' ? [] : candidates.map((candidate) => poolOf(candidate)));
  const asked = await Promise.all([
    ask('the database', () => probeDatabase(pool, schema, config, engine)),
    ...clients.map((client) => {
      const name = nameOf(client);
      return ask(name, () => probeClient(client, schema, name, { engine, catalogue, config }));
    }),
    ...Array.from(pools, (each) => (each === undefined || behind.has(each) ? [] : askPool(each, schema))),
  ]);
  return asked.flat();
}

/** Of a pool that says nothing, and cannot be reached, nobody knows that it is our affair. */
async function askPool(pool: PoolLike, schema: string): Promise<readonly Check[]> {
  const checks = await ask('a pool of pg', () => probePool(pool, schema));
  return saysWhoActs(pool) ? checks : checks.filter(({ name }) => name !== 'probe');
}

async function ask(name: string, question: () => Promise<readonly Check[]>): Promise<readonly Check[]> {
  const unanswered = (why: string): Check[] => [
    { name: 'probe', state: 'warn', message: `${name} could not be probed, so nothing is known of it: ${why}` },
  ];
  try {
    return (await within(LIMIT_MS, question())) ?? unanswered(`no answer within ${LIMIT_MS} ms`);
  } catch (error) {
    if (isAuditError(error)) return [{ name: 'config', state: 'fail', message: error.message }];
    return unanswered(error instanceof Error ? error.message : String(error));
  }
}

function nameOf(client: RawClient): string {
  const name = client.constructor?.name;
  return typeof name === 'string' && /^[A-Z]\w+$/.test(name) ? `the client ${name}` : 'a Prisma client';
}

/** @throws AuditError `AUDIT_PROBE_FAILED` in mode `error`, when anything is not as it should be */
export function judge(checks: readonly Check[], mode: ProbeMode, tell: (warning: Error) => void): void {
  const found = checks.filter(({ state }) => state !== 'ok');
  if (found.length === 0) return;
  if (mode === 'error') {
    throw new AuditError('AUDIT_PROBE_FAILED', found.map((check) => saying(check)).join('; '), { checks: found });
  }
  for (const check of found) tell(new AuditError('AUDIT_PROBE_FAILED', saying(check), { check }));
}
