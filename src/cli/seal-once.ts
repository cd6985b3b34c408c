import { setTimeout as sleep } from 'node:timers/promises';
import { AuditError } from '../event/errors.js';
import type { CheckpointKeeper } from '../checkpoint/port.js';
import type { Sealer } from '../sealer/sealer.js';
import type { SealerStore } from '../store/log.port.js';
import { inSchema, postgresContentStore, type Pool } from '../store/postgres/index.js';
import { complain, line, paint, type Printable } from './terminal.js';
import { whoLeads } from './who-leads.js';

export interface Once {
  readonly pool: Pool;
  readonly store: Pick<SealerStore, 'untold'>;
  readonly schema: string;
  readonly keeper: CheckpointKeeper | undefined;
  readonly leaseMs: number;
  /** Wait for the lease although nothing is to be sealed: somebody has something to say in the registry. */
  readonly mustLead: boolean;
}

const LOOK_MS = 50;
/** Another one that leads is named when it has been waited for so long. Milliseconds. */
export const SOON_MS = 2_000;
/** Rows of chains that cannot grow are waited for no longer. Milliseconds. */
const STUCK_MS = 5_000;
/** Signer and anchors are waited for so long: they may be on other continents. Milliseconds. */
const LAST_MS = 30_000;

const SIGNED = `select coalesce(e.signed_size >= e.registry_size, false) as signed from "audit".evidence_state() e`;

/**
 * Seals what is there, has it signed and anchored, and says what of that was not done.
 * @returns whether all of it was
 * @throws AuditError `AUDIT_SIGNER_UNAVAILABLE` where rows wait, nobody leads, and this process must not
 */
export async function sealOnce(sealer: Sealer, once: Once): Promise<boolean> {
  const { keeper, mustLead } = once;
  const unsealed = await untilSealed(sealer, once);
  await sealer.stop(LAST_MS);
  if (unsealed > 0) complain(line`${paint.red('not sealed:')} ${unsealed} rows of chains that cannot grow: run "nestjs-prisma-audit verify"`); // prettier-ignore
  if (keeper === undefined) return unsealed === 0;
  const lacks: Printable[] = [...(keeper.lacks ?? [])];
  if (lacks.length === 0 && !sealer.hasToldAll && (mustLead || !(await isSigned(once)))) lacks.push(await whyNot(once));
  for (const each of lacks) complain(line`${paint.red('not done:')} ${each}`);
  return unsealed === 0 && lacks.length === 0;
}

/** This process has not told of all that was sealed. */
async function whyNot({ pool, schema, keeper }: Once): Promise<Printable> {
  const leads = await whoLeads(pool, schema);
  if (leads !== undefined) return line`what was sealed is not signed by this process: ${leads} leads, and signs it at its next tick if it has a key`; // prettier-ignore
  return `what was sealed is not signed: ${keeper?.keptOut ?? 'it is said above what failed'}`;
}

/** A sealer that goes on waits for a standby to become the primary; this one would wait for it, and say that it is done. */
export async function requirePrimary(pool: Pool): Promise<void> {
  const { rows } = await pool.query<{ standby: boolean }>('select pg_is_in_recovery() as standby');
  if (rows[0]?.standby === true) throw new AuditError('AUDIT_NOT_WRITABLE', 'this server is a standby, where nothing can be sealed: name the primary'); // prettier-ignore
}

/** Resolves with the number of rows that cannot be sealed now. */
async function untilSealed(sealer: Sealer, once: Once): Promise<number> {
  const { pool, schema } = once;
  const content = postgresContentStore(pool, schema);
  const position = await content.position();
  const since = performance.now();
  let [isNamed, last, lastAt] = [false, Number.POSITIVE_INFINITY, since];
  for (;;) {
    const unsealed = await content.unsealed(position);
    const now = performance.now();
    const leads = sealer.state === 'leading';
    if (unsealed === 0 && (leads || (await needsNoTerm(once, now - since)))) return 0;
    if (unsealed < last) [last, lastAt] = [unsealed, now];
    if (leads && sealer.chainsAside.length > 0 && now - lastAt > STUCK_MS) return unsealed;
    if (!leads) {
      if (!isNamed && now - since > SOON_MS) isNamed = await sayWhoLeads(sealer, pool, schema);
      if (await isNobodys(once))
        throw new AuditError('AUDIT_SIGNER_UNAVAILABLE', `nobody leads, and this process must not, it is said above why; ${unsealed} rows wait for their entry`); // prettier-ignore
    }
    await sleep(LOOK_MS);
  }
}

/**
 * All is sealed, and this process has not led yet. A database that was restored quickly has the lease of the leader that it was copied
 * from, as has one whose leader has died: it is waited for, since what is not signed is to be.
 */
async function needsNoTerm({ keeper, leaseMs, mustLead, ...once }: Once, waitedMs: number): Promise<boolean> {
  if (keeper === undefined || waitedMs > leaseMs * 1.5) return true;
  return !mustLead && (await whoLeads(once.pool, once.schema)) !== undefined && (await isSigned(once));
}

/** Whoever leads has signed all that is sealed. */
async function isSigned({ pool, schema, store }: Pick<Once, 'pool' | 'schema' | 'store'>): Promise<boolean> {
  const { rows } = await pool.query<{ signed: boolean }>(inSchema(schema, SIGNED));
  return rows[0]?.signed === true && (await store.untold(1)).length === 0;
}

async function isNobodys({ pool, schema, keeper }: Once): Promise<boolean> {
  return (await whoLeads(pool, schema)) === undefined && (await keeper?.mayLead()) === false;
}

/** Whether somebody else leads: then he is named, so that nobody wonders what is waited for. */
export async function sayWhoLeads(sealer: Sealer, pool: Pool, schema: string): Promise<boolean> {
  const leads = sealer.state === 'following' ? await whoLeads(pool, schema).catch(() => undefined) : undefined;
  if (leads === undefined) return false;
  complain(line`${paint.yellow('waiting')} for ${leads}, which leads: until it stops, or its lease has run out`);
  return true;
}
