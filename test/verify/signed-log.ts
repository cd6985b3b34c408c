import { setTimeout as sleep } from 'node:timers/promises';
import { headLine } from '../../src/chain/heads.js';
import { FrontierBuilder } from '../../src/chain/merkle.js';
import { Keeper } from '../../src/checkpoint/keeper.js';
import type { Signer } from '../../src/checkpoint/port.js';
import { Sealer } from '../../src/sealer/index.js';
import { postgresCheckpointStore } from '../../src/store/postgres/index.js';
import type { Policy } from '../../src/verify/index.js';
import { MemoryAnchor, signerOf, vkeyOfLabel } from '../checkpoint/support/memory.js';
import { createLog, type TestLog } from '../support/log.js';

export const ORIGIN = 'example.com/test';
export const REGISTRY = `${ORIGIN}/registry`;
export const TENANTS = ['', 'acme', 'globex'] as const;

/** A log that is signed and anchored, and what an auditor has of it. */
export interface SignedLog extends TestLog {
  readonly anchor: MemoryAnchor;
  readonly policy: Policy;
  /** One term: an event for each of these tenants, sealed, told, signed and anchored. */
  term(tenants: readonly string[], signer?: Signer): Promise<void>;
}

export async function policyOf(changes: Partial<Policy> = {}): Promise<Policy> {
  const keys = [{ vkey: await vkeyOfLabel(REGISTRY, 'one') }];
  return {
    origin: ORIGIN,
    keys,
    anchors: [],
    quorum: 1,
    chains: [REGISTRY, `${ORIGIN}/1`],
    level: 'L2',
    restores: [],
    ...changes,
  };
}

/** Three tenants: three terms, in which `''` grows each time, `acme` in the first two, `globex` in the first. */
export async function signedLog(): Promise<SignedLog> {
  const log = await createLog();
  const anchor = new MemoryAnchor();
  const signed: SignedLog = {
    ...log,
    anchor,
    policy: await policyOf(),
    term: (tenants, signer = signerOf('one')) => term(log, anchor, tenants, signer),
  };
  for (const count of [3, 2, 1]) await signed.term(TENANTS.slice(0, count));
  return signed;
}

/** @param declareRestore as `seal --declare-restore` */
export async function term(
  log: TestLog,
  anchor: MemoryAnchor,
  tenants: readonly string[],
  signer: Signer,
  declareRestore?: string,
): Promise<void> {
  await events(log, tenants);
  const before = anchor.notes.length;
  const keeper = new Keeper(postgresCheckpointStore(log.pool, 'audit'), {
    signer,
    required: true,
    anchors: [anchor],
    tickMs: 60_000,
    heartbeatMs: 600_000,
    declareRestore,
  });
  const sealer = new Sealer(log.store, { minWaitMs: 5, maxWaitMs: 10, leaseMs: 2_000, keeper });
  sealer.start();
  for (let i = 0; i < 500 && (await unsealed(log)) > 0; i += 1) await sleep(10);
  await sealer.stop();
  if (anchor.notes.length === before) throw new Error('nothing was anchored');
}

/** A change of each of these tenants, not sealed. */
export async function events({ pool }: Pick<TestLog, 'pool'>, tenants: readonly string[]): Promise<void> {
  for (const tenant of tenants) {
    const actor = JSON.stringify({ id: 'ann', type: 'user', ...(tenant === '' ? {} : { tenant }) });
    await pool.query(
      `insert into audit.content (source, op, model, resource_id, tenant_key, actor, data) values ('change', 'insert', 'Note', '7', $1, $2, '{"id":"7","new":{"id":7}}')`,
      [tenant, Buffer.from(actor)],
    );
  }
}

async function unsealed({ pool }: TestLog): Promise<number> {
  const { rows } = await pool.query<{ n: number }>(
    `select count(*)::int as n from audit.content c where not exists (select from audit.entry e where e.pos = c.pos)`,
  );
  return rows[0]?.n ?? 0;
}

/** What the finding RESTORE_DECLARED asks the auditor to add to his policy: the registry with each declaration in it. */
export async function declaredLines({ pool }: Pick<TestLog, 'pool'>): Promise<readonly string[]> {
  const { rows } = await pool.query<{ hash: string; action: string }>(
    `select encode(hash, 'hex') as hash, action from audit.entry where chain = 0 order by seq`,
  );
  const tree = new FrontierBuilder();
  return rows.flatMap(({ hash, action }) => {
    tree.append(hash);
    const { size } = tree;
    return action === 'restore.declared' ? [headLine({ origin: REGISTRY, size, root: tree.root() })] : [];
  });
}
