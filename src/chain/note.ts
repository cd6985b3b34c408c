import { refused } from './refused.js';
import { exactBase64 } from './base64.js';
import { isSignedBy, type Vkey } from './vkey.js';

/** One line below a note's text. */
export interface NoteSignature {
  readonly name: string;
  /** 8 hex digits: see `Vkey`. */
  readonly keyId: string;
  readonly signature: Uint8Array;
}

/** C2SP signed-note: a text, an empty line, and one line for each signature over the text. */
export interface Note {
  /** Ends with a line feed. */
  readonly text: string;
  readonly signatures: readonly NoteSignature[];
}

/** Whoever holds a private key; may be another machine. The bytes are those of the text. */
export interface NoteSigner {
  readonly vkey: Vkey;
  readonly sign: (bytes: Uint8Array) => Promise<Uint8Array>;
}

/** Sixteen signatures of post-quantum size have room; what is more is not looked at. */
export const NOTE_LIMITS = { bytes: 128 * 1024, signatures: 100, signatureBytes: 8 * 1024 } as const;

const DASH = '\u2014 ';
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** @throws AuditError `AUDIT_EVIDENCE_INVALID` if it is none that could be read again */
export function formatNote({ text, signatures }: Note): string {
  const lines = signatures.map(({ name, keyId, signature }) => {
    const bytes = Buffer.concat([Buffer.from(keyId, 'hex'), signature]);
    return `${DASH}${name} ${bytes.toString('base64')}\n`;
  });
  const note = `${text}\n${lines.join('')}`;
  const read = parseNote(Buffer.from(note));
  const same =
    read.text === text &&
    read.signatures.length === signatures.length &&
    read.signatures.every(({ name, keyId }, i) => name === signatures[i]?.name && keyId === signatures[i].keyId);
  if (!same) throw refused('note', 'it would be read as another one');
  return note;
}

/** Takes it apart and checks nothing but its form. @throws AuditError `AUDIT_EVIDENCE_INVALID` */
export function parseNote(bytes: Uint8Array): Note {
  if (bytes.length > NOTE_LIMITS.bytes) throw refused('note', `it has more than ${NOTE_LIMITS.bytes} bytes`);
  const note = decode(bytes);
  // eslint-disable-next-line no-control-regex -- all of them but the line feed
  if (/[\0-\x09\x0b-\x1f]/.test(note)) throw refused('note', 'it has a control character');
  const end = note.lastIndexOf('\n\n');
  if (end < 0) throw refused('note', 'no empty line divides text and signatures');
  if (!note.endsWith('\n')) throw refused('note', 'its last line has no end');
  const lines = note.slice(end + 2, -1).split('\n');
  if (lines.length > NOTE_LIMITS.signatures) throw refused('note', `it has ${lines.length} signatures`);
  return { text: note.slice(0, end + 1), signatures: lines.map((line, i) => parseSignature(line, i + 1)) };
}

/** The first keys whose signatures it claims to have, as name and id, for people: nothing of it is proved. */
export function namesIn({ signatures }: Note): string {
  const names = signatures.slice(0, 4).filter(({ name }) => /^[!-~]{1,255}$/.test(name));
  return names.map(({ name, keyId }) => `${name}+${keyId}`).join(', ') || 'no log';
}

/** Keys by name and id, as the lines of a note name them; two may have one id. */
export type KnownKeys = ReadonlyMap<string, readonly Vkey[]>;

/** For whoever opens many notes. */
export function knownKeys(vkeys: readonly Vkey[]): KnownKeys {
  const known = new Map<string, Vkey[]>();
  for (const vkey of vkeys) {
    const name = `${vkey.name}+${vkey.id}`;
    known.set(name, [...(known.get(name) ?? []), vkey]);
  }
  return known;
}

/**
 * Who of `known` signed the text: each line of a key that is known must be right, be it the first or a repeated one; lines of
 * others are passed over.
 * @throws AuditError `AUDIT_EVIDENCE_INVALID`; `facts.reason` is `unsigned` if no key that is known signed it
 */
export function openNote(
  bytes: Uint8Array,
  known: readonly Vkey[] | KnownKeys,
): Note & { readonly signers: readonly Vkey[] } {
  const keys = 'get' in known ? known : knownKeys(known);
  const note = parseNote(bytes);
  const text = Buffer.from(note.text);
  const signers = new Set<Vkey>();
  for (const { name, keyId, signature } of note.signatures) {
    for (const vkey of keys.get(`${name}+${keyId}`) ?? []) {
      if (!isSignedBy(vkey, text, signature))
        throw refused('note', `${name}+${keyId} did not sign this text`, 'signature');
      signers.add(vkey);
    }
  }
  if (signers.size === 0)
    throw refused('note', `no key that is known signed it; it names ${namesIn(note)}`, 'unsigned');
  return { ...note, signers: [...signers] };
}

/** Signs with each key, and looks at what came back: a signer with the wrong key is found before anything is published. */
export async function signNote(text: string, signers: readonly NoteSigner[]): Promise<string> {
  const bytes = Buffer.from(text);
  if (new Set(signers.map(({ vkey }) => `${vkey.name}+${vkey.id}`)).size < signers.length)
    throw refused('note', 'a key is to sign it twice');
  const signatures: NoteSignature[] = [];
  for (const { vkey, sign } of signers) {
    const signature = await sign(Uint8Array.from(bytes));
    if (!isSignedBy(vkey, bytes, signature))
      throw refused('note', `what the signer gave is no signature of ${vkey.name}+${vkey.id}`, 'signature');
    signatures.push({ name: vkey.name, keyId: vkey.id, signature });
  }
  return formatNote({ text, signatures });
}

function decode(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes);
  } catch {
    throw refused('note', 'it is not UTF-8');
  }
}

function parseSignature(line: string, number: number): NoteSignature {
  const wrong = (why: string): Error => refused('note', `signature ${number} ${why}`);
  if (!line.startsWith(DASH)) throw wrong('does not begin with a dash and a blank');
  const space = line.indexOf(' ', DASH.length);
  const name = line.slice(DASH.length, Math.max(space, 0));
  if (name === '' || /[\p{White_Space}+]/u.test(name)) throw wrong('has no name');
  const bytes = exactBase64(line.slice(space + 1));
  if (bytes === undefined) throw wrong('is not base64');
  if (bytes.length < 5 || bytes.length > NOTE_LIMITS.signatureBytes) throw wrong(`has ${bytes.length} bytes`);
  return { name, keyId: bytes.toString('hex', 0, 4), signature: Uint8Array.from(bytes.subarray(4)) };
}
