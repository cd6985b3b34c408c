import type { Behind, Step, StepIs } from './check/steps.js';
import { m } from './mark-texts.js';

/** Every word that is said of seals and proofs. */
export const s = {
  title: 'Seal',
  checking: 'Computing its seal in this browser …',
  here: 'Computed in this browser, from the bytes that are shown below. It covers this entry alone: its own values, actor, resource, action, outcome and time.',
  beyond:
    'Not covered, and the server’s word: what the application calls fields and actions, sentences in its words, the tenant, other entries on this page and how many there are, and the call that would undo it.',
  notAsked: 'What its seal is computed of did not come',
  steps: 'What was computed',
  insecure: 'This page came over a connection that is not secure (no https): whoever stands between could have changed the page itself. What it computes is right, if the page is.', // prettier-ignore
  prove: 'Prove it up to a signature',
  proveText: 'Fetches the way from this entry to a signed checkpoint. The log notes that you took it.',
  proving: 'Fetching the proof …',
  notCovered: 'No signed checkpoint covers this entry yet. The next one will; ask again in a minute or so.',
  inconsistent: 'There is no proof: the log does not agree with itself here. Have it verified: nestjs-prisma-audit verify says what was changed.', // prettier-ignore
  leftOut: (sections: readonly string[]): string => `The section ${sections.join(' and ')} is not the one that the entry committed to, so the proof is made without it: it proves the entry’s own bytes, and that they committed to another.`, // prettier-ignore
  proofDiffers: 'The proof does not hold',
  proofOpen: 'The way leads to a checkpoint, and no key that is known here signed it',
  way: 'The way to the signature',
  keys: 'Keys that you trust',
  keysText: 'A key proves something only if you have it from somewhere else than this server: from a contract, a notary, the person who runs the log. What you paste is kept in this browser, and goes nowhere.', // prettier-ignore
  noKeys: 'none yet',
  paste: 'Paste a key: name+8 hex digits+base64',
  pin: 'Trust this key',
  unpin: 'Trust it no longer',
  moreBytes: (count: number): string => `… ${count} bytes more`,
  verdictSigned: (size: number, origin: string, key: string): string => `In checkpoint ${size} of ${origin}, signed by ${key}`, // prettier-ignore
  pinned: 'a key that you trust',
  supplied: 'a key that this server supplied, which proves nothing against this server',
} as const;

/** For whoever sees no colour. */
export const signs: Readonly<Record<StepIs, string>> = m.signs;
export const isWords: Readonly<Record<StepIs, string>> = {
  ok: 'computed, and right',
  differs: 'does not match',
  'not opened': 'not opened to you',
  unchecked: 'cannot be checked here',
};

/** One line over all of it. */
export function verdictText(verdict: StepIs, steps: readonly Step[]): string {
  if (verdict === 'ok') return 'Matches its seal';
  const of = steps.filter(({ is }) => is === verdict);
  if (verdict === 'differs') return `Does not match: ${of.map((step) => short(step)).join(', ')}`;
  if (verdict === 'not opened') return `Matches its seal as far as it is shown: ${of.map((step) => short(step)).join(', ')} not opened to you`; // prettier-ignore
  return `Matches its seal as far as it can be checked here: ${of.map((step) => short(step)).join(', ')} ${of.some(({ why }) => why === 'erased') ? 'erased or not checked' : 'not checked'}`; // prettier-ignore
}

/** Which parts they are of, in words. */
export const partsText = (steps: readonly Step[]): string => steps.map((step) => short(step)).join(', ');

const NAMES: Readonly<Record<Step['name'], string>> = {
  leaf: 'the entry’s bytes',
  actor: 'the section actor',
  data: 'the section data',
  shown: 'what is shown',
  before: 'the link to the entry before',
  next: 'the link to the entry behind',
  entry: 'the entry in the proof',
  chain: 'the way to the root of its chain',
  heads: 'the way to what the registry told',
  registry: 'the way to the signed root',
  signature: 'the signature',
};

function short({ name, what }: Step): string {
  return name === 'shown' && what !== undefined ? `${NAMES.shown} (${what.slice(0, 5).join(', ')})` : NAMES[name];
}

/** What a step says, in one sentence. */
export function stepText({ name, is, why = '', what = [] }: Step): string {
  const said = SENTENCES[name][why === '' ? is : `${is}: ${why}`] ?? SENTENCES[name][is] ?? `${NAMES[name]}: ${isWords[is]}`;
  return said.replace('{what}', () => what.slice(0, 12).join(', '));
} // prettier-ignore

const section = (name: 'actor' | 'data'): Readonly<Record<string, string>> => ({
  ok: `The bytes of the section ${name} with their salt have the hash that the entry committed to.`,
  'ok: never': `The entry says that it never had a section ${name}.`,
  'differs: hash': `The section ${name} is not the one that the entry committed to.`,
  'differs: never': `A section ${name} is shown, and the entry says that it never had one.`,
  'differs: committed': `It is said that there never was a section ${name}, and the entry committed to one.`,
  'differs: refused': `{what}.`,
  'not opened': `The section ${name} is not opened to you: a part of it is hidden from you. The entry’s own bytes stand without it.`,
  'not opened: folder': `The section ${name} is not shown in this proof.`,
  'unchecked: erased': `The section ${name} is said to be erased, and nothing of it is shown. What the entry committed to stays; nobody can open it.`,
  'unchecked: large': `The section ${name} is too large to be checked in a page: nestjs-prisma-audit prove and verify-proof do it.`,
  'unchecked: refused': '{what}.',
});

const SENTENCES: Readonly<Record<Step['name'], Readonly<Record<string, string>>>> = {
  leaf: {
    ok: 'The bytes of the entry have the hash that is stored for it.',
    'differs: hash': 'The bytes of the entry do not have the hash that is stored for it.',
    'differs: form': 'The bytes are no entry as the log writes one: {what}.',
    'differs: other': 'The bytes are those of another entry, {what}.',
    'unchecked: later': 'A later version of the log wrote this entry: this page is too old to read it.',
  },
  actor: section('actor'),
  data: section('data'),
  shown: {
    ok: 'All that is shown of it is what these bytes say. No entry says whose its chain is: the tenant is none of it.',
    'ok: clear': 'What the entry says in the open is shown as it is. Of the rest nothing can be said.',
    differs: 'What is shown is not what the bytes say: {what}.',
    'unchecked: types': 'What is shown of {what} has the application’s own names or types: compare it with the sealed value below.',
    'unchecked: abridged': 'Only a part of it is shown here: {what} left out.',
  },
  before: {
    'ok: linked': 'The bytes of the entry before have the hash that this entry names.',
    'ok: first': 'It is the first of its chain.',
    'differs: hash': 'The entry before does not have the hash that this entry names.',
    'differs: gone': 'There is no entry before it, and it names one.',
    'not opened': 'The entry before is not shown to you. This entry’s own bytes name its hash.',
  },
  next: {
    'ok: linked': 'The entry behind it names this hash in its own bytes.',
    'differs: hash': 'The entry behind it does not name this hash.',
    'unchecked: newest': 'It is the newest of its chain, says the server: none is linked to it yet.',
    'not opened': 'The entry behind it is not shown to you.',
  },
  entry: {
    ok: 'The proof is about these bytes.',
    'differs: other': 'The proof is about another entry.',
    'differs: refused': '{what}.',
    'unchecked: refused': '{what}.',
  },
  chain: { ok: 'From the entry, hash by hash, to the root of its chain.', 'differs: refused': '{what}.' },
  heads: { ok: 'That root is in what the registry of all chains told.', 'differs: refused': '{what}.' },
  registry: { ok: 'That entry of the registry is under the root that the checkpoint holds.', 'differs: refused': '{what}.' },
  signature: {
    ok: 'The checkpoint is signed by a key that you trust: {what}.',
    'differs: refused': '{what}.',
    'unchecked: server': 'The checkpoint is signed by {what}: a key supplied by this server, which proves nothing against this server. Paste one that you have from elsewhere.',
    'unchecked: no key': 'Nobody’s key is here to check the signature with. It says that it is of {what}.',
    'unchecked: unsigned': 'None of the keys that you trust signed it. It says that it is of {what}.',
    'unchecked: refused': '{what}.',
  },
}; // prettier-ignore

export const behindNames: Readonly<Record<Behind['name'], string>> = {
  bytes: 'bytes',
  computed: 'computed here',
  stored: 'stored',
  committed: 'committed to',
  salt: 'salt',
  shown: 'shown',
  sealed: 'sealed',
  hash: 'hashes on the way',
  line: 'line of the chain',
  note: 'signed note',
  key: 'key',
};

export const v = {
  title: 'Check a proof of one entry',
  lead: 'Drag the folder of a proof here, or choose its files. Nothing leaves this page: it asks no network, and works from a disk.', // prettier-ignore
  choose: 'Choose the folder',
  files: 'Choose files',
  dropped: 'Files of the proof',
  none: 'no file of a proof among them',
  tooLong: (name: string): string => `${name} is longer than it can be, and was not read`,
  key: 'Key of the registry',
  keyText:
    'From somewhere else than from whoever gave you the proof: a line name+8 hex digits+base64. What you paste is kept in this browser, and goes nowhere.',
  verified: 'VERIFIED',
  altered: 'TAMPERED',
  incomplete: 'INCOMPLETE',
  verifiedText: 'The entry is in the log that this key signed.',
  alteredText: 'Something of it is not what was sealed and signed.',
  incompleteText: 'Nothing is proven, and nothing disproven.',
  entry: 'The entry',
  said: 'What it says',
  sections: 'Sections that are shown with it',
  covered: (size: number, origin: string): string => `signed by ${origin} at ${size} entries`,
} as const;
