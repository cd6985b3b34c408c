import { commitment } from '../chain/commitment.js';
import { entryText, finishOpening } from '../chain/entry.js';
import type { Finished } from '../chain/finish.js';
import { Heads } from '../chain/heads.js';
import { NO_PREVIOUS } from '../chain/hashing.js';
import { entryHash } from '../chain/leaf.js';
import { decodeFrontier, encodeFrontier, FrontierBuilder, rootOf } from '../chain/merkle.js';
import { finishRegistry, formatTold, REGISTRY, REGISTRY_ACTOR, type ToldSize } from '../chain/registry.js';
import { formatMillis, type Micros } from '../event/clock.js';
import type { Announcement } from '../checkpoint/port.js';
import type { ChainHead, RegistryBatch, RegistryEntry } from '../store/log.port.js';
import { newSalt, opening } from './assemble.js';

/** A row that is to be sealed. */
interface Row {
  readonly kind: RegistryEntry['kind'];
  readonly data: string;
  readonly finish: (commit: { actor: string; data: string }) => Finished;
}

/** How many rows a tick needs positions for. */
export function rowsOfTick(head: ChainHead | undefined, announced: readonly Announcement[]): number {
  return announced.length + (head === undefined ? 2 : 1);
}

/**
 * One tick: the opening, if there is no registry yet, what is announced, and `heads`. Pure but for ids and salts.
 * @param grown ascending by chain; their frontiers are those of trees of their sizes
 */
export function assembleRegistry(
  deployment: string,
  head: ChainHead | undefined,
  announced: readonly Announcement[],
  grown: readonly ChainHead[],
  options: { sealedAt: number; now: Micros; positions: readonly number[]; mint: (at: Micros) => string },
): RegistryBatch {
  const from = head ?? { ...newRegistry(deployment), size: 0, hash: NO_PREVIOUS, frontier: '' };
  const told = grown.map(({ chain, size }): ToldSize => [chain, size]);
  const member = new Heads(grown.map(({ origin, size, frontier }) => ({ origin, size, root: rootOf(decodeFrontier(size, frontier).nodes) }))).member(); // prettier-ignore
  const rows: Row[] = [
    ...(head === undefined ? [openingRow(deployment, options.now)] : []),
    ...announced.map(({ kind, details }): Row => ({
      kind,
      data: JSON.stringify({ details }),
      finish: (commit) => finishRegistry(kind, commit, undefined),
    })),
    { kind: 'heads', data: formatTold(told), finish: (commit) => finishRegistry('heads', commit, member) },
  ];
  const tree = new FrontierBuilder(decodeFrontier(from.size, from.frontier));
  const sealedAt = formatMillis(options.sealedAt);
  let prev = from.hash;
  const entries = rows.map(({ kind, data, finish }, i): RegistryEntry => {
    const [saltActor, saltData] = [newSalt(), newSalt()];
    const commit = {
      actor: commitment('actor', saltActor, REGISTRY_ACTOR),
      data: commitment('data', saltData, data),
    };
    const id = options.mint(options.now);
    const { body } = entryText(finish(commit), { id, at: options.now, isTimeLost: false }, null);
    const hash = entryHash({ origin: from.origin, seq: tree.size, sealedAt, prev }, body);
    tree.append(hash);
    prev = hash;
    return { kind, pos: options.positions[i] as number, at: options.now, data, saltActor, saltData, id, hash, body };
  });
  const frontier = tree.frontier();
  const to = { ...from, size: frontier.size, hash: prev, frontier: encodeFrontier(frontier) };
  return { sealedAt: options.sealedAt, from, to, entries, told };
}

function newRegistry(deployment: string): Pick<ChainHead, 'chain' | 'origin' | 'tenant'> {
  return { chain: REGISTRY.chain, origin: `${deployment}/${REGISTRY.name}`, tenant: REGISTRY.tenant };
}

function openingRow(deployment: string, at: Micros): Row {
  const { data } = opening(newRegistry(deployment), 0, at);
  return { kind: 'chain.open', data, finish: (commit) => finishOpening(REGISTRY.tenant, commit) };
}
