import { randomBytes, randomUUID } from 'node:crypto';
import { commitment } from '../chain/commitment.js';
import { entryText, finishOpening, laneOf, tenantKey } from '../chain/entry.js';
import type { Finished } from '../chain/finish.js';
import { NO_PREVIOUS } from '../chain/hashing.js';
import { entryHash } from '../chain/leaf.js';
import { decodeFrontier, encodeFrontier, FrontierBuilder } from '../chain/merkle.js';
import { formatMillis, type Micros } from '../event/clock.js';
import type { Batch, CapturedRow, ChainHead, OpenedChain, SealedEntry } from '../store/log.port.js';

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
    at: Micros | undefined,
    resourceId: string | null,
    finished: Finished,
    lane?: string,
  ): void => {
    const occurredAt = at ?? options.now;
    const id = options.mint(occurredAt, lane);
    const seq = chain.tree.size;
    const { origin, tenant } = chain.from;
    const text = entryText(finished, { id, at: occurredAt, isTimeLost: at === undefined }, resourceId);
    const hash = entryHash({ origin, seq, sealedAt, prev: chain.prev }, text.body);
    chain.tree.append(hash);
    chain.prev = hash;
    entries.push({ chain: chain.from.chain, seq, pos, occurredAt, id, hash, tenant, ...text });
  };

  for (const chain of opened) {
    const { chain: number, origin, tenant } = chain;
    const head = { chain: number, origin, tenant, size: 0, hash: NO_PREVIOUS, frontier: '' };
    seal(growing(tenant, head), chain.pos, chain.at, null, openingOf(chain));
  }
  for (const { row, finished } of captured) {
    const tenant = tenantKey(finished.tenant);
    const head = chains.get(tenant)?.from ?? heads.get(tenant);
    if (!head) throw new Error(`no chain for a tenant of position ${row.pos}`); // the caller opens chains first
    seal(growing(tenant, head), row.pos, row.at, row.resourceId, finished, laneOf(row));
  }

  const moved = [...chains.values()].map(({ from, tree, prev }) => {
    const frontier = tree.frontier();
    return { from, to: { ...from, size: frontier.size, hash: prev, frontier: encodeFrontier(frontier) } };
  });
  return { sealedAt: options.sealedAt, low: options.low, opened, moved, entries };
}

/** 32 hex digits. */
export function newSalt(): string {
  return randomUUID().replaceAll('-', '');
}

/** The control row behind entry 0 of a chain: a random nonce, so that no two chains begin alike, and whose chain it is. */
export function opening(
  chain: { chain: number; origin: string; tenant: string },
  pos: number,
  at: Micros,
): OpenedChain {
  return {
    ...chain,
    pos,
    at,
    actor: JSON.stringify({ id: 'sealer', type: 'system', tenant: chain.tenant === '' ? undefined : chain.tenant }),
    data: JSON.stringify({
      details: { nonce: randomBytes(16).toString('hex'), origin: chain.origin, tenant: chain.tenant },
    }),
    saltActor: newSalt(),
    saltData: newSalt(),
  };
}

function openingOf(chain: OpenedChain): Finished {
  return finishOpening(chain.tenant, {
    actor: commitment('actor', chain.saltActor, chain.actor),
    data: commitment('data', chain.saltData, chain.data),
  });
}
