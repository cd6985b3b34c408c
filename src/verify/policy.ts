import { isOrigin } from '../chain/leaf.js';
import { parseHeadLine } from '../chain/heads.js';
import { parseVkey, formatVkey, type Vkey } from '../chain/vkey.js';
import { REGISTRY } from '../chain/registry.js';
import { AuditError, isAuditError } from '../event/errors.js';
import type { AnchorPlace } from '../checkpoint/port.js';
import { parseAnchorPlace, refuseSamePlaces } from './anchor-place.js';
import { LEVELS, type Level } from './report.js';

/** A key that the auditor trusts, and for which checkpoints. Milliseconds since 1970; open where absent. */
export interface TrustedKey {
  readonly vkey: Vkey;
  readonly from?: number | undefined;
  readonly until?: number | undefined;
}

/** What the auditor believes without being told by the database: read from a file of his own. */
export interface Policy {
  /** Name of the deployment, the first part of every origin. */
  readonly origin: string;
  readonly keys: readonly TrustedKey[];
  readonly anchors: readonly AnchorPlace[];
  /** How many anchors must have the newest checkpoint that counts. */
  readonly quorum: number;
  /** Seconds. */
  readonly maxAnchorAge?: number | undefined;
  /** Origins of chains that must be there. */
  readonly chains: readonly string[];
  readonly level: Level;
  /** Lines `origin size root` of the registry: of all restores that were declared in it up to there the auditor knows. */
  readonly restores: readonly string[];
}

export const POLICY_VERSION = 1;
const MAX_BYTES = 1024 * 1024;
/** Each checkpoint is compared with each of them. */
const MAX_KEYS = 100;
const MEMBERS = ['version', 'origin', 'keys', 'anchors', 'quorum', 'maxAnchorAge', 'chains', 'level', 'restores'];

/**
 * Reads a policy file. Strict: what it does not know it refuses, since an auditor believes that all of it is checked.
 * @throws AuditError `AUDIT_POLICY_INVALID`, with the line to mend
 */
export function parsePolicy(text: string): Policy {
  const reader = new PolicyReader(text);
  const file = reader.object(reader.json(), 'the file');
  reader.only(file, MEMBERS, 'the policy');
  if (file['version'] !== POLICY_VERSION)
    throw reader.wrong('version', `it must be ${POLICY_VERSION}: this package knows no other`);
  const origin = file['origin'];
  if (typeof origin !== 'string' || !isOrigin(origin))
    throw reader.wrong('origin', 'it must be the name of the deployment, as "doctor" and "keygen" print it');
  const keys = reader.list(file, 'keys').map((each) => trustedKey(each, origin, reader));
  if (keys.length > MAX_KEYS)
    throw reader.wrong('keys', `there are ${keys.length}, and at most ${MAX_KEYS} are taken: name the first of a line, those after it are handed over to`); // prettier-ignore
  const anchors = reader.list(file, 'anchors').map((each) => parseAnchorPlace(each, reader));
  refuseSamePlaces(anchors, reader);
  const quorum = file['quorum'] ?? Math.min(1, anchors.length);
  if (!isWhole(quorum) || quorum > anchors.length)
    throw reader.wrong('quorum', `it must be a whole number up to the number of anchors, ${anchors.length}`);
  const maxAnchorAge = file['maxAnchorAge'];
  if (maxAnchorAge !== undefined && (!isWhole(maxAnchorAge) || maxAnchorAge === 0))
    throw reader.wrong('maxAnchorAge', 'it must be a whole number of seconds, e.g. 86400');
  const chains = reader.list(file, 'chains').map((chain) => {
    if (typeof chain === 'string' && isOrigin(chain) && chain.startsWith(`${origin}/`)) return chain;
    throw reader.wrong('chains', `each must be an origin that begins with ${origin}/`);
  });
  const level = LEVELS.find((each) => each === (file['level'] ?? 'L0'));
  if (level === undefined) throw reader.wrong('level', `it must be one of ${LEVELS.join(', ')}`);
  if (level !== 'L0' && keys.length === 0) throw reader.wrong('level', `${level} needs at least one key in "keys"`);
  if ((level === 'L2' || level === 'L3') && quorum === 0)
    throw reader.wrong('level', `${level} needs at least one anchor, and a quorum of at least 1`);
  const restores = reader.list(file, 'restores').map((line) => restore(line, origin, reader));
  return { origin, keys, anchors, quorum, maxAnchorAge, chains, level, restores };
}

/** The text of a policy file, as `policy init` writes it. */
export function formatPolicy(policy: Policy): string {
  const text = (at: number | undefined): string | undefined =>
    at === undefined ? undefined : new Date(at).toISOString();
  const keys = policy.keys.map(({ vkey, from, until }) => ({ vkey: formatVkey(vkey), from: text(from), until: text(until) })); // prettier-ignore
  const file = `${JSON.stringify({ version: POLICY_VERSION, ...policy, keys }, undefined, 2)}\n`;
  parsePolicy(file);
  return file;
}

function trustedKey(value: unknown, origin: string, reader: PolicyReader): TrustedKey {
  const key = reader.object(value, 'each of "keys"');
  reader.only(key, ['vkey', 'from', 'until'], 'a key');
  const vkey = readVkey(key['vkey'], reader);
  if (vkey.name !== `${origin}/${REGISTRY.name}`)
    throw reader.wrong('vkey', `its name must be ${origin}/${REGISTRY.name}, the registry of this deployment`);
  const from = time(key, 'from', reader);
  const until = time(key, 'until', reader);
  if (from !== undefined && until !== undefined && until <= from) throw reader.wrong('until', 'it is not after "from"');
  return { vkey, from, until };
}

function readVkey(value: unknown, reader: PolicyReader): Vkey {
  if (typeof value !== 'string') throw reader.wrong('vkey', 'it must be a text, as "keygen" prints it');
  try {
    return parseVkey(value);
  } catch (error) {
    if (isAuditError(error, 'AUDIT_EVIDENCE_INVALID')) throw reader.wrong('vkey', error.message);
    throw error;
  }
}

function time(from: Record<string, unknown>, name: string, reader: PolicyReader): number | undefined {
  const value = from[name];
  if (value === undefined) return undefined;
  const isTime = typeof value === 'string' && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,3})?Z$/.test(value);
  const at = isTime ? Date.parse(value) : Number.NaN;
  // A 30th of February would be the 2nd of March.
  if (!isTime || Number.isNaN(at) || !new Date(at).toISOString().startsWith(value.slice(0, 19)))
    throw reader.wrong(name, 'it must be a time such as "2026-01-31T00:00:00Z"');
  return at;
}

function restore(line: unknown, origin: string, reader: PolicyReader): string {
  try {
    if (typeof line === 'string' && parseHeadLine(line).origin === `${origin}/${REGISTRY.name}`) return line;
  } catch {
    // said below
  }
  throw reader.wrong(
    'restores',
    `each must be "${origin}/${REGISTRY.name} size root", as the finding RESTORE_DECLARED prints it`,
  );
}

const isWhole = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;

/** Says of what is wrong in which line it stands. */
export class PolicyReader {
  readonly #text: string;

  constructor(text: string) {
    if (Buffer.byteLength(text) > MAX_BYTES)
      throw new AuditError('AUDIT_POLICY_INVALID', 'a policy has at most a megabyte');
    this.#text = text;
  }

  json(): unknown {
    try {
      return JSON.parse(this.#text);
    } catch (error) {
      const [, at] = /position (\d+)/.exec(String(error)) ?? [];
      const line = at === undefined ? '' : ` in line ${this.#text.slice(0, Number(at)).split('\n').length}`;
      throw new AuditError('AUDIT_POLICY_INVALID', `the policy is not JSON${line}`);
    }
  }

  /** @param name of the member at fault, looked for in the text @param value the last of these is at fault, if one is given */
  wrong(name: string, why: string, value?: string): AuditError {
    const at = value === undefined ? this.#text.indexOf(JSON.stringify(name)) : this.#text.lastIndexOf(JSON.stringify(value)); // prettier-ignore
    const line = at < 0 ? '' : `line ${this.#text.slice(0, at).split('\n').length}, `;
    return new AuditError('AUDIT_POLICY_INVALID', `the policy is wrong at ${line}"${name}": ${why}`);
  }

  object(value: unknown, what: string): Record<string, unknown> {
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>; // it is one
    throw new AuditError('AUDIT_POLICY_INVALID', `${what} must be a JSON object`);
  }

  list(from: Record<string, unknown>, name: string): readonly unknown[] {
    const value = from[name] ?? [];
    if (Array.isArray(value)) return value;
    throw this.wrong(name, 'it must be a list');
  }

  only(from: Record<string, unknown>, known: readonly string[], what: string): void {
    const unknown = Object.keys(from).find((name) => !known.includes(name));
    if (unknown !== undefined) throw this.wrong(unknown, `${what} has no such member; there are ${known.join(', ')}`);
  }
}
