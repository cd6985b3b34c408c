import type { Checkpoint } from '../chain/checkpoint.js';
import type { SectionName } from '../chain/commitment.js';
import type { Digest } from '../chain/hashing.js';
import { leafHash } from '../chain/hashing.js';
import { encodeBundle } from '../chain/bundle.js';
import { TileBuilder } from '../chain/publish.js';
import { encodeTile, TILE_WIDTH, tilePath } from '../chain/tile.js';
import type { ProofSource } from '../store/proof.port.js';
import type { PublishedDirectory } from './published-directory.js';
import { SectionsSeen, writeSections } from './published-sections.js';
import { bytesOfLeaf, inconsistent } from './stored-leaf.js';

export interface ChainToPublish {
  readonly chain: number;
  readonly origin: string;
  /** Entries that the log has. */
  readonly size: number;
  /** Entries that are to be published. */
  readonly upTo: number;
  /** Root at `upTo`, where it is known from elsewhere. */
  readonly root?: Digest | undefined;
  /** The signed checkpoint at `upTo`; none where nobody signs. */
  readonly note?: ((checkpoint: Checkpoint) => Promise<string>) | undefined;
  readonly sections?: readonly SectionName[] | undefined;
  /** Kept from one run to the next. */
  readonly seen?: SectionsSeen | undefined;
}

export interface PublishedChain {
  readonly origin: string;
  /** Entries in the directory now. */
  readonly size: number;
  readonly added: number;
  /** Size of its checkpoint; `undefined`: it has none. */
  readonly checkpoint: number | undefined;
  /** `sections.ndjson` is not what it was before. */
  readonly areSectionsNew: boolean;
}

/**
 * Brings the directory of one chain up to a size: tiles, bundles, sections, and the checkpoint last, so that it is right whenever this ends.
 * @throws AuditError `AUDIT_PUBLISHED_DIFFERS` if what is there is not of this chain, `AUDIT_LOG_INCONSISTENT`
 */
export async function publishChain(
  source: ProofSource,
  directory: PublishedDirectory,
  wanted: ChainToPublish,
  signal?: AbortSignal,
): Promise<PublishedChain> {
  const { chain, origin } = wanted;
  const kept = await directory.checkpoint();
  if (kept !== undefined && (kept.origin !== origin || kept.size > wanted.size)) throw directory.differs('checkpoint');
  const full = await directory.fullBundles();
  const begin = full * TILE_WIDTH;
  if (begin > wanted.size) throw directory.differs(tilePath({ level: 'entries', index: full - 1, width: TILE_WIDTH }));
  const isAsLast = kept !== undefined && kept.size === wanted.upTo && begin <= wanted.upTo;
  if (begin > 0) await compareLast(source, directory, wanted, full - 1);
  if (kept !== undefined) await compareCheckpoint(source, directory, wanted, kept, begin);
  const size = Math.max(begin, wanted.upTo);

  let last: Digest[] = [];
  const isNew = !isAsLast && wanted.upTo >= begin && wanted.upTo > (kept?.size ?? 0);
  if (isNew) {
    await directory.tidy(begin);
    const tiles = new TileBuilder(begin, await directory.above(begin));
    for await (const leaf of checkedLeaves(source, wanted, begin, wanted.upTo)) {
      signal?.throwIfAborted();
      last.push(leafHash(leaf));
      for (const file of tiles.append(leaf)) await directory.put(file);
      if (tiles.size % TILE_WIDTH === 0) last = [];
    }
    for (const file of tiles.rest()) await directory.put(file);
  }
  const isCurrent = isNew || kept === undefined || kept.size === wanted.upTo;
  const handed = { chain, size: wanted.upTo, sections: isCurrent ? (wanted.sections ?? []) : [] };
  const areSectionsNew = await writeSections(source, directory, handed, wanted.seen ?? new SectionsSeen());
  if (!isNew) return { origin, size, added: 0, checkpoint: kept?.size, areSectionsNew };

  const root = await directory.rootAt(wanted.upTo, last);
  if (wanted.root !== undefined && wanted.root !== root)
    throw inconsistent(`${origin} does not have the root that was told of it at ${wanted.upTo} entries`, { origin });
  await directory.settle();
  const added = directory.writes === 0 ? 0 : wanted.upTo - Math.max(begin, kept?.size ?? 0);
  if (wanted.note === undefined) return { origin, size, added, checkpoint: kept?.size, areSectionsNew };
  await directory.replace('checkpoint', Buffer.from(await wanted.note({ origin, size: wanted.upTo, root })));
  await directory.settle();
  return { origin, size, added, checkpoint: wanted.upTo, areSectionsNew };
}

/** The last full tile and bundle are those of the log; since each entry has the hash of the one before, all before them are too. */
async function compareLast(
  source: ProofSource,
  directory: PublishedDirectory,
  wanted: ChainToPublish,
  index: number,
): Promise<void> {
  const leaves: Buffer[] = [];
  for await (const leaf of checkedLeaves(source, wanted, index * TILE_WIDTH, (index + 1) * TILE_WIDTH))
    leaves.push(leaf);
  const files = [
    { path: tilePath({ level: 0, index, width: TILE_WIDTH }), bytes: encodeTile(leaves.map((leaf) => leafHash(leaf))) },
    { path: tilePath({ level: 'entries', index, width: TILE_WIDTH }), bytes: encodeBundle(leaves) },
  ];
  for (const file of files) if (!(await directory.holds(file))) throw directory.differs(file.path);
}

async function compareCheckpoint(
  source: ProofSource,
  directory: PublishedDirectory,
  { chain }: ChainToPublish,
  kept: Checkpoint,
  begin: number,
): Promise<void> {
  const from = Math.floor(kept.size / TILE_WIDTH) * TILE_WIDTH;
  // A checkpoint comes after its tiles: without them it is of something else.
  if (from > begin) throw directory.differs('checkpoint');
  const last: Digest[] = [];
  for await (const hashes of source.hashes(chain, from, kept.size)) last.push(...hashes);
  if ((await directory.rootAt(kept.size, last)) !== kept.root) throw directory.differs('checkpoint');
}

/** Bytes of entries that agree with their hashes, none left out. */
async function* checkedLeaves(
  source: ProofSource,
  { chain, origin }: Pick<ChainToPublish, 'chain' | 'origin'>,
  from: number,
  to: number,
): AsyncGenerator<Buffer> {
  let next = from;
  for await (const page of source.leaves(chain, from, to))
    for (const leaf of page) {
      if (leaf.seq !== next) throw inconsistent(`entry ${next} of ${origin} is not there`, { origin, seq: next });
      yield bytesOfLeaf(origin, leaf);
      next += 1;
    }
  if (next !== to) throw inconsistent(`entry ${next} of ${origin} is not there`, { origin, seq: next });
}
