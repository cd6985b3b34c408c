import { checkProof, checkUnsigned, type ProofStep, type ProvenEntry } from '../../../chain/check-proof.js';
import { parseNote } from '../../../chain/note.js';
import { parseTlogProof } from '../../../chain/tlog-proof.js';
import { parseVkey, type Vkey } from '../../../chain/vkey.js';
import { isAuditError } from '../../../event/errors.js';
import type { Behind, Step } from './steps.js';

/** A line of text that is to be a key, and who gave it: a reader's own is reason to believe a signature, a server's is none. */
export interface GivenKey {
  readonly vkey: string;
  readonly from: 'reader' | 'server';
}

export interface CheckedProof {
  readonly steps: readonly Step[];
  /** Where all but the signature holds. */
  readonly proven: ProvenEntry | undefined;
  /** Keys that signed it, the reader's own first. */
  readonly signers: readonly GivenKey[];
}

type Files = ReadonlyMap<string, Uint8Array>;

/** In the order in which one leads to the next; the signature is over the last. */
const WAY = ['entry', 'chain', 'heads', 'registry', 'actor', 'data'] as const;

/**
 * What `verify-proof` says of a folder, step by step, by the same code. A step behind the one that fails is not there: nothing leads to it.
 * @param leafHash of the entry that it must be about; any, if absent
 */
export function checkFolder(files: Files, keys: readonly GivenKey[], leafHash?: string): CheckedProof {
  const passed: ProofStep[] = [];
  let proven: ProvenEntry | undefined;
  let refusal: Refusal | undefined;
  try {
    proven = checkUnsigned(files, (step) => passed.push(step));
  } catch (error) {
    refusal = refusalOf(error);
  }
  // In an entry of the registry itself two of them are left out.
  const isShort = !files.has('head.leaf');
  const due = WAY.filter((step) => !isShort || (step !== 'chain' && step !== 'heads'));
  const steps: Step[] = due.filter((step) => passed.includes(step)).map((step) => okStep(step, proven, files));
  if (proven === undefined) {
    const failed = due.find((step) => !passed.includes(step)) ?? 'registry';
    // Before the tree is looked at, the note is: what is wrong with it is no matter of the chain.
    const name = passed.includes('entry') && !passed.includes('signature') ? 'signature' : failed;
    return { steps: [...steps, stepOf(name, refusal)], proven, signers: [] };
  }
  if (leafHash !== undefined && proven.entry.hash !== leafHash) {
    steps[0] = { name: 'entry', is: 'differs', why: 'other', behind: [{ name: 'shown', value: leafHash }, { name: 'computed', value: proven.entry.hash }] }; // prettier-ignore
    return { steps, proven: undefined, signers: [] };
  }
  const { step, signers } = checkSignature(files, keys);
  return { steps: [...steps, step], proven, signers };
}

interface Refusal {
  readonly is: 'differs' | 'unchecked';
  readonly said: string;
}

/** Only what is there can be wrong: a missing file, no known key and a later version prove nothing either way. */
function refusalOf(error: unknown): Refusal {
  if (!isAuditError(error, 'AUDIT_EVIDENCE_INVALID')) throw error;
  const isOpen = ['missing', 'unsigned', 'later'].includes(String(error.facts['reason']));
  return { is: isOpen ? 'unchecked' : 'differs', said: error.message.replace(/ \[AUDIT_\w+\]$/, '') };
}

const stepOf = (name: Step['name'], refusal: Refusal | undefined): Step => ({ name, is: refusal?.is ?? 'unchecked', why: 'refused', what: [refusal?.said ?? ''] }); // prettier-ignore

function okStep(name: (typeof WAY)[number], proven: ProvenEntry | undefined, files: Files): Step {
  const text = (file: string): string => Buffer.from(files.get(file) ?? []).toString();
  if (name === 'actor' || name === 'data') {
    const section = proven?.sections[name];
    if (section === 'not shown') return { name, is: 'not opened', why: 'folder' };
    if (section === 'never was') return { name, is: 'ok', why: 'never' };
    return { name, is: 'ok', behind: [{ name: 'bytes', value: section ?? '' }, { name: 'salt', value: text(`${name}.salt`) }] }; // prettier-ignore
  }
  const behind: Readonly<Record<typeof name, readonly Behind[]>> = {
    entry: [{ name: 'bytes', value: text('entry.leaf') }, { name: 'computed', value: proven?.entry.hash ?? '' }],
    chain: [{ name: 'hash', value: text('entry.proof') }, { name: 'line', value: text('head.leaf') }],
    heads: [{ name: 'hash', value: text('head.proof') }, { name: 'bytes', value: text('registry.leaf') }],
    registry: [{ name: 'note', value: text('registry.tlog-proof') }],
  }; // prettier-ignore
  return { name, is: 'ok', behind: behind[name] };
}

function checkSignature(
  files: Files,
  keys: readonly GivenKey[],
): { readonly step: Step; readonly signers: readonly GivenKey[] } {
  const note = parseTlogProof(files.get('registry.tlog-proof') ?? new Uint8Array()).checkpoint;
  const behind = [{ name: 'note', value: note }] as const;
  const known = keys.flatMap((key) => keyOf(key.vkey, key) ?? []);
  const signers: GivenKey[] = [];
  let wrong: Refusal | undefined;
  for (const { vkey, key } of known) {
    try {
      checkProof(files, [vkey]);
      signers.push(key);
    } catch (error) {
      const refusal = refusalOf(error);
      if (refusal.is === 'differs') wrong = refusal;
    }
  }
  // A line of a key that is known must be right, whoever else signed.
  if (wrong !== undefined) return { step: { ...stepOf('signature', wrong), behind }, signers: [] };
  const own = signers.filter(({ from }) => from === 'reader');
  const all = [...own, ...signers.filter(({ from }) => from === 'server')];
  if (own.length > 0) return { step: { name: 'signature', is: 'ok', what: own.map(({ vkey }) => vkey), behind }, signers: all }; // prettier-ignore
  if (all.length > 0) return { step: { name: 'signature', is: 'unchecked', why: 'server', what: all.map(({ vkey }) => vkey), behind }, signers: all }; // prettier-ignore
  const names = parseNote(Buffer.from(note)).signatures.map(({ name, keyId }) => `${name}+${keyId}`);
  return { step: { name: 'signature', is: 'unchecked', why: known.length === 0 ? 'no key' : 'unsigned', what: names, behind }, signers: [] }; // prettier-ignore
}

function keyOf(text: string, key: GivenKey): readonly { readonly vkey: Vkey; readonly key: GivenKey }[] | undefined {
  const vkey = readVkey(text);
  return typeof vkey === 'string' ? undefined : [{ vkey, key }];
}

/** A key, or why the text is none. */
export function readVkey(text: string): Vkey | string {
  try {
    return parseVkey(text.trim());
  } catch (error) {
    if (!isAuditError(error, 'AUDIT_EVIDENCE_INVALID')) throw error;
    return error.message.replace(/ \[AUDIT_\w+\]$/, '');
  }
}
