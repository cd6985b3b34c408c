import { join } from 'node:path';
import { openCheckpoint, parseCheckpoint, signCheckpoint, type Checkpoint } from '../chain/checkpoint.js';
import type { SectionName } from '../chain/commitment.js';
import { isOrigin } from '../chain/leaf.js';
import { parseNote } from '../chain/note.js';
import { REGISTRY } from '../chain/registry.js';
import { AuditError } from '../event/errors.js';
import type { ProofSource, ProvableChain } from '../store/proof.port.js';
import type { Signer } from './port.js';
import { publishChain, type PublishedChain } from './publish-chain.js';
import { PublishedDirectory, type WriteFile } from './published-directory.js';
import { inconsistent } from './stored-leaf.js';
import type { ToldRoots } from './told-roots.js';
import { ToldSizes } from './told-sizes.js';

export interface PublishOptions {
  /** The chains have their directories below it, by their origins. */
  readonly directory: string;
  /** Only these. @defaultValue all chains, the registry too */
  readonly origins?: readonly string[] | undefined;
  /** Signs the checkpoints of the chains under their own names. Without one only the registry has a checkpoint. */
  readonly signer?: Pick<Signer, 'vkeys' | 'sign'> | undefined;
  /** Sections that are handed over in `sections.ndjson` beside the tiles. @defaultValue `[]` */
  readonly sections?: readonly SectionName[] | undefined;
  /** Kept from one run to the next of the same chains, so that it reads only what is new. */
  readonly state?: ToldSizes | undefined;
  readonly signal?: AbortSignal | undefined;
  /** How a file gets to its place; for tests. */
  readonly write?: WriteFile | undefined;
}

/**
 * Writes chains as directories of tlog-tiles, going on from what is there. With a signer a chain is published as far as the newest signed
 * checkpoint of the registry has told of it; without one as far as it is. One process at a time for a directory.
 * @throws AuditError `AUDIT_PUBLISHED_DIFFERS`, `AUDIT_LOG_INCONSISTENT`, `AUDIT_OPTIONS_INVALID`, and what the signer throws
 */
export async function* publish(source: ProofSource, options: PublishOptions): AsyncGenerator<PublishedChain> {
  const { signer, state = new ToldSizes() } = options;
  const all = new Map<number, ProvableChain>();
  for await (const page of source.chains()) for (const chain of page) all.set(chain.chain, checkedOrigin(chain));
  const chains = selected([...all.values()], options.origins);
  const newest = await newestSigned(source, all.get(REGISTRY.chain), signer, state.roots);
  const told = signer && newest && (await state.at(source, newest.checkpoint, chains, all));
  for (const row of chains) {
    options.signal?.throwIfAborted();
    const directory = new PublishedDirectory(join(options.directory, ...row.origin.split('/')), options.write);
    const isRegistry = row.chain === REGISTRY.chain;
    const signed = isRegistry ? newest?.checkpoint : told?.get(row.chain);
    const upTo = signed?.size ?? (signer === undefined ? row.size : 0);
    const note =
      signed === undefined
        ? undefined
        : isRegistry
          ? () => Promise.resolve(newest?.note ?? '')
          : (checkpoint: Checkpoint) => signedBy(signer as Signer, checkpoint);
    const wanted = { ...row, upTo, root: signed?.root, note, sections: options.sections, seen: state.sections };
    yield await publishChain(source, directory, wanted, options.signal);
  }
}

/** The newest checkpoint of the registry that is kept, if the registry has that root; with a signer, if it is signed by its key. */
async function newestSigned(
  source: ProofSource,
  registry: ProvableChain | undefined,
  signer: PublishOptions['signer'],
  roots: ToldRoots,
): Promise<{ readonly checkpoint: Checkpoint; readonly note: string } | undefined> {
  const newest = await source.newestCheckpoint();
  if (newest === undefined || registry === undefined) return undefined;
  const { note } = newest;
  const bytes = Buffer.from(note);
  const checkpoint =
    signer === undefined
      ? parseCheckpoint(parseNote(bytes).text)
      : openCheckpoint(bytes, await signer.vkeys(registry.origin));
  const { origin, size, root } = checkpoint;
  const isRight = origin === registry.origin && size === newest.size && size <= registry.size;
  if (!isRight || (await roots.rootAt(source, REGISTRY.chain, size)) !== root)
    throw inconsistent('the registry does not have the root that was signed', { size: newest.size });
  return { checkpoint: { origin, size, root }, note };
}

async function signedBy(signer: Pick<Signer, 'vkeys' | 'sign'>, checkpoint: Checkpoint): Promise<string> {
  const [vkey] = await signer.vkeys(checkpoint.origin);
  if (vkey === undefined) throw new AuditError('AUDIT_SIGNER_UNAVAILABLE', 'the signer has no key for this chain');
  return await signCheckpoint(checkpoint, [{ vkey, sign: (bytes) => signer.sign(bytes, vkey) }]);
}

/** Becomes a path: whoever owns the database writes it. */
function checkedOrigin(row: ProvableChain): ProvableChain {
  const name = row.chain === REGISTRY.chain ? REGISTRY.name : String(row.chain);
  const words = row.origin.split('/');
  if (!isOrigin(row.origin) || words.at(-1) !== name || words.includes('.') || words.includes('..'))
    throw inconsistent(`chain ${row.chain} has an origin that it cannot have`, { chain: row.chain });
  return row;
}

function selected(chains: readonly ProvableChain[], origins: readonly string[] | undefined): readonly ProvableChain[] {
  if (origins === undefined || origins.length === 0) return chains;
  const unknown = origins.filter((origin) => !chains.some((chain) => chain.origin === origin));
  if (unknown.length > 0) throw new AuditError('AUDIT_OPTIONS_INVALID', `this log has no chain ${unknown.join(', ')}`);
  return chains.filter(({ origin }) => origins.includes(origin));
}
