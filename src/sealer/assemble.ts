import { randomBytes, randomUUID } from 'node:crypto';
import { encodeBody } from '../chain/body.js';
import { commitment } from '../chain/commitment.js';
import { NO_PREVIOUS } from '../chain/hashing.js';
import { entryHash } from '../chain/leaf.js';
import { decodeFrontier, encodeFrontier, FrontierBuilder } from '../chain/merkle.js';
import { formatMillis, type Micros } from '../event/clock.js';
import { projected } from '../event/identity.js';
import type { Flag } from '../event/types.js';
import type { Batch, CapturedRow, ChainHead, OpenedChain, SealedEntry } from '../store/log.port.js';
import type { Finished } from './finish.js';

export interface Captured {
  readonly row: CapturedRow;
  readonly finished: Finished;
}

/** A chain that grows in memory while a batch is built. */
interface Growing {
  readonly from: ChainHead;
  readonly tree: FrontierBuilder;
  prev: string;
}

/**
 * Orders, numbers and links the rows of one batch. Pure but for ids and salts.
 * @param now the database's clock, for rows whose own time no body can hold
 */
export function assemble(
  captured: readonly Captured[],
  heads: ReadonlyMap<string, ChainHead>,
  opened: readonly OpenedChain[],
  options: { sealedAt: number; low: number; now: Micros; mint: (at: Micros, lane?: string) => string },
): Batch {
  const chains = new Map<string, Growing>();
  const sealedAt = formatMillis(options.sealedAt);
  const entries: SealedEntry[] = [];
  const growing = (tenant: string, head: ChainHead): Growing => {
    let chain = chains.get(tenant);
    if (!chain) {
      chain = { from: head, tree: new FrontierBuilder(decodeFrontier(head.size, head.frontier)), prev: head.hash };
      chains.set(tenant, chain);
    }
    return chain;
  };
  const seal = (
    chain: Growing,
    pos: number,
    at: Micros,
    resourceId: string | null,
    finished: Finished,
    flags: ReadonlySet<Flag>,
    lane?: string,
  ): void => {
    const id = options.mint(at, lane);
    const seq = chain.tree.size;
    const { origin, tenant } = chain.from;
    const body = totalBody({ ...finished.body, id, occurredAt: at, flags });
    const hash = entryHash({ origin, seq, sealedAt, prev: chain.prev }, body);
    chain.tree.append(hash);
    chain.prev = hash;
    entries.push({
      chain: chain.from.chain,
      seq,
      pos,
      occurredAt: at,
      id,
      hash,
      tenant,
      actorId: projected(finished.actorId),
      action: finished.body.action,
      resourceType: finished.body.resource ?? null,
      resourceId: projected(resourceId ?? undefined),
      outcome: finished.body.outcome,
      requestId: projected(finished.requestId),
      group: finished.body.group ?? null,
      body,
    });
  };

  for (const chain of opened) {
    const { chain: number, origin, tenant } = chain;
    const head = { chain: number, origin, tenant, size: 0, hash: NO_PREVIOUS, frontier: '' };
    seal(growing(tenant, head), chain.pos, chain.at, null, openingOf(chain), new Set());
  }
  for (const { row, finished } of captured) {
    const tenant = tenantKey(finished.tenant);
    const head = chains.get(tenant)?.from ?? heads.get(tenant);
    if (!head) throw new Error(`no chain for a tenant of position ${row.pos}`); // the caller opens chains first
    const flags = row.at === undefined ? new Set<Flag>([...finished.body.flags, 'malformed']) : finished.body.flags;
    // The changes of one transaction keep the order of their statements, whatever the clock did; events say when they occurred.
    const lane = row.source === 'change' ? row.xid : undefined;
    seal(growing(tenant, head), row.pos, row.at ?? options.now, row.resourceId, finished, flags, lane);
  }

  const moved = [...chains.values()].map(({ from, tree, prev }) => {
    const frontier = tree.frontier();
    return { from, to: { ...from, size: frontier.size, hash: prev, frontier: encodeFrontier(frontier) } };
  });
  return { sealedAt: options.sealedAt, low: options.low, opened, moved, entries };
}

/**
 * Belt and braces: `finish` lets nothing through that has no canonical form. If it ever did, the chain must go on; the
 * sections are still committed to.
 */
function totalBody(fields: Parameters<typeof encodeBody>[0]): string {
  try {
    return encodeBody(fields);
  } catch {
    const { id, occurredAt, source, action, outcome, commit } = fields;
    return encodeBody({ id, occurredAt, source, action, outcome, commit, flags: ['malformed'] });
  }
}

/** The form in which a tenant is a key: see `projected`. The default chain has ''. */
export function tenantKey(tenant: string): string {
  return projected(tenant) ?? '';
}

/** The control row behind entry 0 of a chain: a random nonce, so that no two chains begin alike, and whose chain it is. */
export function opening(
  chain: { chain: number; origin: string; tenant: string },
  pos: number,
  at: Micros,
): OpenedChain {
  const salt = (): string => randomUUID().replaceAll('-', '');
  return {
    ...chain,
    pos,
    at,
    actor: JSON.stringify({ id: 'sealer', type: 'system', tenant: chain.tenant === '' ? undefined : chain.tenant }),
    data: JSON.stringify({
      details: { nonce: randomBytes(16).toString('hex'), origin: chain.origin, tenant: chain.tenant },
    }),
    saltActor: salt(),
    saltData: salt(),
  };
}

function openingOf(chain: OpenedChain): Finished {
  return {
    tenant: chain.tenant,
    actorId: 'sealer',
    requestId: undefined,
    body: {
      source: 'control',
      action: 'chain.open',
      outcome: 'success',
      flags: new Set(),
      commit: {
        actor: commitment('actor', chain.saltActor, chain.actor),
        data: commitment('data', chain.saltData, chain.data),
      },
    },
  };
}
