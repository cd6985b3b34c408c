import { canonicalJson, type CanonicalObject } from '../event/canonical.js';
import { parseJsonObject } from '../event/json-object.js';
import { MAX_LEAF_BYTES } from './bundle.js';
import type { SectionName } from './commitment.js';
import { exactCount } from './count.js';
import { leafHash, type Digest } from './hashing.js';
import { isHeadsMember } from './heads.js';
import type { HeadsMember } from './body.js';
import { isOrigin, type EntryHeader } from './leaf.js';
import { refused } from './refused.js';
import { RULES } from './rules.js';

/** The bytes of an entry, taken apart: as much as whoever checks a proof says of it. */
export interface ParsedLeaf extends EntryHeader {
  readonly hash: Digest;
  readonly id: string;
  readonly occurredAt: string;
  readonly source: string;
  readonly action: string;
  readonly outcome: string;
  readonly commit: Readonly<Record<SectionName, Digest | null>>;
  /** In an entry of a registry. */
  readonly heads: HeadsMember | undefined;
}

const LEAF =
  /^audit-entry\/v1\n([^\n]+)\n([^\n]+)\n(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z)\n([0-9a-f]{64})\n([^\n]+)$/;
const ID = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/;
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** @throws AuditError `AUDIT_EVIDENCE_INVALID`; `facts.reason` is `later` for an entry of a version that this package does not know */
export function parseLeaf(bytes: Uint8Array): ParsedLeaf {
  if (bytes.length > MAX_LEAF_BYTES) throw refused('entry', 'it is too long');
  const text = decode(bytes);
  const [, origin = '', number = '', sealedAt = '', prev = '', stored = ''] = LEAF.exec(text) ?? [];
  const seq = exactCount(number);
  if (stored === '' || !isOrigin(origin) || seq === undefined) {
    if (/^audit-entry\/v(?!1\n)/.test(text)) throw refused('entry', 'its version is a later one', 'later');
    throw refused('entry', 'it is not written as one');
  }
  const body = parseJsonObject(stored);
  if (body === undefined || canonical(body) !== stored) throw refused('entry', 'its body is not canonical JSON');
  if (isLater(body['v'], 1)) throw refused('entry', 'the version of its body is a later one', 'later');
  if (isLater(body['rules'], RULES)) throw refused('entry', 'its body follows later rules', 'later');
  const { id, occurredAt, source, action, outcome, commit, heads } = body;
  const isRight =
    body['v'] === 1 && isCommit(commit) && [id, occurredAt, source, action, outcome].every((v) => typeof v === 'string'); // prettier-ignore
  if (!isRight || !ID.test(String(id)) || !TIME.test(String(occurredAt)))
    throw refused('entry', 'its body is not one of version 1');
  return {
    origin,
    seq,
    sealedAt,
    prev,
    hash: leafHash(bytes),
    id: String(id),
    occurredAt: String(occurredAt),
    source: String(source),
    action: String(action),
    outcome: String(outcome),
    commit,
    heads: isHeadsMember(heads) ? { count: heads.count, root: heads.root } : undefined,
  };
}

const isLater = (value: unknown, known: number): boolean => Number.isSafeInteger(value) && (value as number) > known;

function isCommit(value: unknown): value is ParsedLeaf['commit'] {
  if (typeof value !== 'object' || value === null || Object.keys(value).toSorted().join() !== 'actor,data')
    return false;
  return Object.values(value).every((c) => c === null || (typeof c === 'string' && /^[0-9a-f]{64}$/.test(c)));
}

function canonical(body: object): string | undefined {
  try {
    return canonicalJson(body as CanonicalObject); // it looks at each value itself
  } catch {
    return undefined;
  }
}

function decode(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes);
  } catch {
    throw refused('entry', 'it is not UTF-8');
  }
}
