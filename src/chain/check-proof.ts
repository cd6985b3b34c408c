import { openCheckpoint, parseCheckpoint, type Checkpoint } from './checkpoint.js';
import { commitment, type SectionName } from './commitment.js';
import { leafHash } from './hashing.js';
import { parseHeadLine } from './heads.js';
import { parseProof } from './inclusion.js';
import { parseNote } from './note.js';
import { parseLeaf, type ParsedLeaf } from './parse-leaf.js';
import { verifyInclusion } from './proof.js';
import { refused } from './refused.js';
import { REGISTRY } from './registry.js';
import { parseTlogProof } from './tlog-proof.js';
import type { Vkey } from './vkey.js';

/** What a proof folder proves, to whoever trusts the key. */
export interface ProvenEntry {
  readonly entry: ParsedLeaf;
  /** Of each section: what it said, with the bytes; that it is not shown; or that there never was one. */
  readonly sections: Readonly<Record<SectionName, Uint8Array | 'not shown' | 'never was'>>;
  /** The registry's checkpoint that covers it. */
  readonly checkpoint: Checkpoint;
}

/**
 * What is looked at, in this order: `entry` and what is signed are written as they have to be and the signature is right (`signature`), the
 * entry is under the root of its chain (`chain`), that root is among those that the registry told (`heads`), that entry of the registry is
 * under the root that was signed (`registry`), the sections are those that were committed to.
 */
export const PROOF_STEPS = ['entry', 'signature', 'chain', 'heads', 'registry', 'actor', 'data'] as const;
export type ProofStep = (typeof PROOF_STEPS)[number];

/** Files of a proof, and how many bytes each may have: a greater one is none, and need not be read. */
export const PROOF_FILES: Readonly<Record<string, number>> = {
  'entry.leaf': 65_535,
  'entry.proof': 4_096,
  'head.leaf': 400,
  'head.proof': 4_096,
  'registry.leaf': 65_535,
  'registry.tlog-proof': 132 * 1024,
  'actor.salt': 32,
  'actor.bytes': 512 * 1024 * 1024,
  'data.salt': 32,
  'data.bytes': 512 * 1024 * 1024,
};

/** Between an entry and the registry. An entry of the registry itself has none of these. */
const STEPS = ['entry.proof', 'head.leaf', 'head.proof', 'registry.leaf'];

/**
 * Checks a proof folder: entry → root of its chain → line of `heads` → root in an entry of the registry → root that is signed.
 * @param files by name; what is in no list is not looked at
 * @param vkeys those that you trust, from somewhere else than the folder
 * @param passed told of each step that holds: the first that it is not told of is the one that does not
 * @throws AuditError `AUDIT_EVIDENCE_INVALID`: `facts.reason` is `missing`, `unsigned` or `later` if nothing is proven, else it is altered
 */
export function checkProof(
  files: ReadonlyMap<string, Uint8Array>,
  vkeys: readonly Vkey[],
  passed: (step: ProofStep) => void = () => undefined,
): ProvenEntry {
  const open = (note: Uint8Array): Checkpoint => {
    const { origin, size, root } = openCheckpoint(note, vkeys);
    return { origin, size, root };
  };
  return checkSteps(files, open, passed);
}

/** The same for whoever made it and has no key at hand: all but the signature. */
export function checkUnsigned(
  files: ReadonlyMap<string, Uint8Array>,
  passed: (step: ProofStep) => void = () => undefined,
): ProvenEntry {
  return checkSteps(files, (note) => parseCheckpoint(parseNote(note).text), passed);
}

function checkSteps(
  files: ReadonlyMap<string, Uint8Array>,
  open: (note: Uint8Array) => Checkpoint,
  passed: (step: ProofStep) => void,
): ProvenEntry {
  for (const [name, limit] of Object.entries(PROOF_FILES))
    if ((files.get(name)?.length ?? 0) > limit) throw refused('folder', `${name} is longer than it can be`);
  const isShort = STEPS.every((name) => !files.has(name));
  const gone = ['entry.leaf', 'registry.tlog-proof', ...(isShort ? [] : STEPS)].filter((name) => !files.has(name));
  if (gone.length > 0) throw refused('folder', `without ${gone.join(', ')} nothing is proven`, 'missing');
  const file = (name: string): Uint8Array => files.get(name) as Uint8Array;

  const entry = parseLeaf(file('entry.leaf'));
  passed('entry');
  const signed = parseTlogProof(file('registry.tlog-proof'));
  const checkpoint = open(Buffer.from(signed.checkpoint));
  passed('signature');
  const last = isShort ? entry : parseLeaf(file('registry.leaf'));
  if (!isShort) checkChain(entry, last, checkpoint, file, passed);
  expect(last.origin === checkpoint.origin, 'the checkpoint is not one of the chain that it is to prove');
  expect(
    signed.index === last.seq && isIncluded(last, signed.hashes, checkpoint),
    'the entry of the registry is not under the root that was signed',
  );
  passed('registry');
  const actor = opened('actor', entry, files);
  passed('actor');
  const data = opened('data', entry, files);
  passed('data');
  return { entry, sections: { actor, data }, checkpoint };
}

function checkChain(
  entry: ParsedLeaf,
  last: ParsedLeaf,
  { origin }: Checkpoint,
  file: (name: string) => Uint8Array,
  passed: (step: ProofStep) => void,
): void {
  const headLeaf = file('head.leaf');
  const head = parseHeadLine(latin1(headLeaf));
  const [toHead, toHeads] = [parseProof(latin1(file('entry.proof'))), parseProof(latin1(file('head.proof')))];
  const { heads } = last;
  if (heads === undefined || last.source !== 'control' || last.action !== 'heads')
    throw refused('folder', 'the entry of the registry is not one that tells heads');
  // Whoever seals can write the like into a tenant's chain, whose key its reader trusts too.
  expect(origin === `${deployment(origin)}/${REGISTRY.name}`, 'the checkpoint is not one of a registry');
  expect(head.origin === entry.origin, 'the line of heads is about another chain');
  expect(deployment(origin) === deployment(entry.origin), 'the chain and the registry are not of one deployment');
  expect(
    toHead.index === entry.seq && isIncluded(entry, toHead.hashes, head),
    'the entry is not in the chain with that root',
  );
  passed('chain');
  const line = { leaf: leafHash(headLeaf), index: toHeads.index, size: heads.count, root: heads.root };
  expect(verifyInclusion(toHeads.hashes, line), 'the line of the chain is not in the heads');
  passed('heads');
}

function isIncluded(
  { hash, seq }: ParsedLeaf,
  proof: readonly string[],
  { size, root }: { size: number; root: string },
): boolean {
  return verifyInclusion(proof, { leaf: hash, index: seq, size, root });
}

function opened(
  section: SectionName,
  { commit }: ParsedLeaf,
  files: ReadonlyMap<string, Uint8Array>,
): Uint8Array | 'not shown' | 'never was' {
  const [salt, bytes] = [files.get(`${section}.salt`), files.get(`${section}.bytes`)];
  if (salt === undefined && bytes === undefined) return commit[section] === null ? 'never was' : 'not shown';
  if (salt === undefined || bytes === undefined)
    throw refused('folder', `of the section ${section} either salt or bytes are not there`, 'missing');
  const text = latin1(salt);
  const isRight = /^[0-9a-f]{32}$/.test(text) && commitment(section, text, bytes) === commit[section];
  expect(isRight, `the section ${section} is not the one that was committed to`);
  return bytes;
}

function expect(isRight: boolean, otherwise: string): void {
  if (!isRight) throw refused('folder', otherwise);
}

const latin1 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1');
const deployment = (origin: string): string => origin.slice(0, Math.max(origin.lastIndexOf('/'), 0));
