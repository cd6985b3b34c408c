import type { SectionName } from '../chain/commitment.js';
import { inclusionPlan, proofOf } from '../chain/proof.js';
import { parseCheckpoint } from '../chain/checkpoint.js';
import { parseNote } from '../chain/note.js';
import { parseLeaf, type ParsedLeaf } from '../chain/parse-leaf.js';
import { proofFolder, type EntryProof } from '../chain/proof-folder.js';
import type { PublishedFile } from '../chain/publish.js';
import { parseTold, REGISTRY, type ToldSize } from '../chain/registry.js';
import { Subtrees } from '../chain/subtrees.js';
import type { Vkey } from '../chain/vkey.js';
import { AuditError, isAuditError } from '../event/errors.js';
import { formatMillis } from '../event/clock.js';
import type { ProofSource, ProvableChain, StoredHeads } from '../store/proof.port.js';
import { checkProof, checkUnsigned, type ProvenEntry } from '../chain/check-proof.js';
import type { KnownBlocks, KnownTree } from './known-blocks.js';
import { proofReadme } from './proof-readme.js';
import { bytesOfLeaf, inconsistent } from './stored-leaf.js';
import { appendHashes, originsOf, ToldRoots } from './told-roots.js';

export interface ProveOptions {
  /** Sections that are shown with the entry. @defaultValue `[]` */
  readonly open?: readonly SectionName[] | undefined;
  /** Keys of the registry; with them the signature is checked too before anything is given back. */
  readonly vkeys?: readonly Vkey[] | undefined;
  /** What is kept from one proof to the next, where many are made. */
  readonly blocks?: KnownBlocks | undefined;
}

export interface MadeProof {
  /** With a README that says how to check them by hand. */
  readonly files: readonly PublishedFile[];
  readonly proves: ProvenEntry;
  readonly opened: readonly SectionName[];
  /** Asked for, and not there: `erased`, or the entry never had it. */
  readonly notOpened: readonly { readonly section: SectionName; readonly why: 'erased' | 'never was' }[];
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/**
 * Makes what proves one entry to somebody who has nothing but the registry's key. It reads the hashes of all chains that were told of
 * together with the entry's own.
 * @param id of the entry, a UUID
 * @throws AuditError `AUDIT_OPTIONS_INVALID`, `AUDIT_ENTRY_UNKNOWN`, `AUDIT_NOT_COVERED` (no signed checkpoint covers it yet),
 *   `AUDIT_LOG_INCONSISTENT`: the proof does not hold, so there is none
 */
export async function prove(source: ProofSource, id: string, options: ProveOptions = {}): Promise<MadeProof> {
  const { blocks } = options;
  if (blocks === undefined || blocks.isEmpty) return await proveOnce(source, id, options);
  try {
    return await proveOnce(source, id, options);
  } catch (error) {
    if (!isAuditError(error, 'AUDIT_LOG_INCONSISTENT')) throw error;
    // What is kept may be of a log that was set back since.
    blocks.clear();
    return await proveOnce(source, id, options);
  }
}

async function proveOnce(source: ProofSource, id: string, options: ProveOptions): Promise<MadeProof> {
  if (!UUID.test(id.toLowerCase()))
    throw new AuditError('AUDIT_OPTIONS_INVALID', 'the id of an entry is a UUID, as query prints it');
  const stored = await source.entry(id.toLowerCase());
  if (stored === undefined)
    throw new AuditError('AUDIT_ENTRY_UNKNOWN', `no entry of this log has the id ${id.toLowerCase()}; what was captured and is not sealed yet has no proof`); // prettier-ignore
  const chain = await source.chain(stored.chain);
  if (chain === undefined) throw inconsistent('the chain of the entry is not there', { chain: stored.chain });
  const entry = bytesOfLeaf(chain.origin, stored);
  const parsed = parsedLeaf(entry);
  const steps = await stepsTo(source, chain, stored, entry, options.blocks);
  const { openings, notOpened } = shown(parsed, stored.sections, options.open ?? []);
  const folder = proofFolder({ entry, openings, ...steps });
  const files = new Map(folder.map(({ path, bytes }) => [path, bytes]));
  let proves: ProvenEntry;
  try {
    proves = options.vkeys === undefined ? checkUnsigned(files) : checkProof(files, options.vkeys);
  } catch (error) {
    if (isAuditError(error, 'AUDIT_EVIDENCE_INVALID') && error.facts['reason'] !== 'unsigned')
      throw inconsistent('the proof of this entry does not hold', { id: parsed.id }, error);
    throw error;
  }
  const readme = { path: 'README.md', bytes: Buffer.from(proofReadme(files, proves)) };
  return { files: [...folder, readme], proves, opened: openings.map(({ section }) => section), notOpened };
}

/** From the entry to what is signed. */
async function stepsTo(
  source: ProofSource,
  chain: ProvableChain,
  stored: { readonly seq: number; readonly sealedAt: number },
  entry: Buffer,
  blocks: KnownBlocks | undefined,
): Promise<Omit<EntryProof, 'entry' | 'openings'>> {
  if (chain.chain === REGISTRY.chain) return await toCheckpoint(source, stored.seq, blocks);
  const told = await firstHeads(source, chain.chain, stored);
  const signed = await toCheckpoint(source, told.stored.seq, blocks);
  const registry = await source.chain(REGISTRY.chain);
  const heads = bytesOfLeaf(registry?.origin ?? '', told.stored);
  const { heads: member } = parsedLeaf(heads);
  if (member === undefined) throw inconsistent('an entry of the registry has no heads', { seq: told.stored.seq });
  const plan = inclusionPlan(stored.seq, told.size);
  const tree = await treeOf(source, chain.chain, told.size, stored.seq, blocks);
  const head = { origin: chain.origin, size: told.size, root: tree.root() };
  const origins = await originsOf(source, new Set(told.all.map(([number]) => number)));
  const known = new Map([[chain.chain, head]]);
  if (blocks !== undefined)
    for (const [number, size] of told.all) {
      const origin = origins.get(number);
      if (origin === undefined || number === chain.chain) continue;
      known.set(number, { origin, size, root: (await blocks.tree(source, number, size)).root() });
    }
  const lines = await new ToldRoots().heads(source, told.all, member, origins, known);
  const toHeads = lines.prove(chain.origin);
  if (toHeads === undefined) throw inconsistent('the chain of the entry is not told of', { origin: chain.origin });
  const toHead = { index: parsedLeaf(entry).seq, hashes: proofOf(plan, tree.read) };
  return { chain: { toHead, head, toHeads, heads }, ...signed };
}

/** The first entry of the registry that tells of the chain with the entry in it. */
async function firstHeads(
  source: ProofSource,
  chain: number,
  { seq, sealedAt }: { readonly seq: number; readonly sealedAt: number },
): Promise<{ readonly stored: StoredHeads; readonly size: number; readonly all: readonly ToldSize[] }> {
  let last: StoredHeads | undefined;
  // What tells of an entry was sealed after it.
  for await (const page of source.heads({ sealedFrom: sealedAt }))
    for (const stored of page) {
      const all = stored.told === undefined ? undefined : parseTold(stored.told);
      if (all === undefined) throw inconsistent(`what entry ${stored.seq} of the registry told is not there`, { seq: stored.seq }); // prettier-ignore
      const size = all.find(([told, to]) => told === chain && to > seq)?.[1];
      if (size !== undefined) return { stored, size, all };
      last = stored;
    }
  throw await notCovered(source, last);
}

async function toCheckpoint(
  source: ProofSource,
  seq: number,
  blocks: KnownBlocks | undefined,
): Promise<Pick<EntryProof, 'toCheckpoint' | 'checkpoint'>> {
  const found = await source.checkpointOver(seq);
  if (found === undefined) throw await notCovered(source);
  const plan = inclusionPlan(seq, found.size);
  const tree = await treeOf(source, REGISTRY.chain, found.size, seq, blocks);
  const { size, root } = parseCheckpoint(parseNote(Buffer.from(found.note)).text);
  if (size !== found.size || root !== tree.root())
    throw inconsistent(`the registry does not have the root that was signed at ${found.size} entries`, {
      size: found.size,
    });
  return { toCheckpoint: { index: seq, hashes: proofOf(plan, tree.read) }, checkpoint: found.note };
}

/** The tree of a chain, with what a proof of that leaf is made of. */
async function treeOf(
  source: ProofSource,
  chain: number,
  size: number,
  index: number,
  blocks: KnownBlocks | undefined,
): Promise<KnownTree> {
  if (blocks !== undefined) return await blocks.tree(source, chain, size, index);
  const tree = new Subtrees(inclusionPlan(index, size));
  await appendHashes(source, chain, tree, size);
  return tree;
}

/** Says when it will be, as far as that is known. */
async function notCovered(source: ProofSource, last?: StoredHeads): Promise<AuditError> {
  const newest = await source.newestCheckpoint();
  const when =
    newest === undefined
      ? 'nothing signs this log (no checkpoint was ever kept): configure a signer, as docs/proofs.md says'
      : `it is covered at the next tick that is signed${last === undefined ? '' : ` (the last one was at ${formatMillis(last.sealedAt)})`}; ask again then`;
  return new AuditError('AUDIT_NOT_COVERED', `no signed checkpoint covers this entry yet: ${when}`, {
    isSigned: newest !== undefined,
  });
}

function shown(
  { commit }: ParsedLeaf,
  sections: Readonly<
    Partial<Record<SectionName, { readonly salt: string | undefined; readonly bytes: Uint8Array | undefined }>>
  >,
  open: readonly SectionName[],
) {
  const openings: { section: SectionName; salt: string; bytes: Uint8Array }[] = [];
  const notOpened: { section: SectionName; why: 'erased' | 'never was' }[] = [];
  for (const section of open) {
    const { salt, bytes } = sections[section] ?? {};
    if (commit[section] === null) notOpened.push({ section, why: 'never was' });
    else if (salt === undefined || bytes === undefined) notOpened.push({ section, why: 'erased' });
    else openings.push({ section, salt, bytes });
  }
  return { openings, notOpened };
}

/** One that the log holds. */
function parsedLeaf(leaf: Uint8Array): ParsedLeaf {
  try {
    return parseLeaf(leaf);
  } catch (error) {
    throw inconsistent('an entry is not written as one', {}, error);
  }
}
