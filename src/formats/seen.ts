import { FLAGS, type JsonValue } from '../event/types.js';
import { asJson } from './as-json.js';
import { mostBytes, type Followed, type FormatOptions } from './format.js';
import { momentOf, type Moment } from './moment.js';
import { sentAlone } from './values.js';

/** Texts of an entry, by their names, with the UTF-16 units that any target takes of them. */
const TEXTS = {
  id: 64, origin: 255, hash: 64, tenant: 256, source: 32, action: 256, outcome: 32, type: 256, resourceId: 512, group: 64, tx: 64,
  severity: 16, reason: 2_000, prev: 64, previousId: 64,
  actorId: 256, actorType: 128, email: 320, role: 128, onBehalfOf: 256, ip: 64, userAgent: 512, session: 64, requestId: 128, traceId: 64,
  claimedId: 256, claimedEmail: 320, method: 16, route: 512,
  errorName: 128, errorCode: 128, errorMessage: 1_000, frames: 6_000,
} as const; // prettier-ignore
export type TextName = keyof typeof TEXTS;

/** What an entry may have much of. */
export const PARTS = ['leaf', 'details', 'old', 'new', 'changes', 'change', 'changed', 'actor', 'unreadable'] as const;
export type PartName = (typeof PARTS)[number];

/** An entry as every format reads it: JSON that has been looked at. What is absent was not there, or is named in `cut`. */
export interface Seen {
  readonly text: Readonly<Partial<Record<TextName, string>>>;
  readonly part: Readonly<Partial<Record<PartName, JsonValue>>>;
  readonly flags: readonly string[];
  readonly occurredAt: Moment | undefined;
  readonly sealedAt: Moment | undefined;
  readonly seq: number | undefined;
  readonly durationMs: number | undefined;
  readonly status: number | undefined;
  /** What was cut or left out for its size, by the names of the entry's members. */
  readonly cut: readonly string[];
}

type Given = Readonly<Record<string, unknown>>;

const object = (value: unknown): Given => (typeof value === 'object' && value !== null ? (value as Given) : {});
const natural = (value: unknown): number | undefined =>
  Number.isSafeInteger(value) && Number(value) >= 0 && !Object.is(value, -0) ? Number(value) : undefined;

/** Total: whatever is not what it must be is not there. */
export function seenOf(followed: Followed, options: FormatOptions): Seen {
  try {
    return seen(sentAlone(followed, options), mostBytes(options));
  } catch {
    // Not an entry at all, or one of which a member throws.
    const unreadable = [{ at: 'entry', why: 'wrong-type' }];
    return { text: {}, part: { unreadable }, flags: [], occurredAt: undefined, sealedAt: undefined, seq: undefined, durationMs: undefined, status: undefined, cut: [] }; // prettier-ignore
  }
}

function seen(followed: Followed, most: number): Seen {
  const entry: Given = object(followed.entry);
  const [resource, actor, error, details, sealed] = ['resource', 'actor', 'error', 'details', ''].map((name) =>
    object(name === '' ? followed.sealed : entry[name]),
  ) as [Given, Given, Given, Given, Given]; // as many as there are names
  const [http, claimed] = [object(details['http']), object(details['claimed'])];
  const raw: Readonly<Record<TextName, unknown>> = {
    id: entry['id'], origin: entry['origin'], hash: entry['hash'], tenant: entry['tenant'], source: entry['source'],
    action: entry['action'], outcome: entry['outcome'], type: resource['type'], resourceId: resource['id'],
    group: entry['group'], tx: entry['tx'], severity: entry['severity'], reason: entry['reason'],
    prev: sealed['prev'], previousId: sealed['previousId'],
    actorId: actor['id'], actorType: actor['type'], email: actor['email'], role: actor['role'], onBehalfOf: actor['onBehalfOf'],
    ip: actor['ip'], userAgent: actor['userAgent'], session: actor['session'], requestId: actor['requestId'], traceId: actor['traceId'],
    claimedId: claimed['id'], claimedEmail: claimed['email'], method: http['method'], route: http['route'],
    errorName: error['name'], errorCode: error['code'], errorMessage: error['message'], frames: error['frames'],
  }; // prettier-ignore
  const { texts, cut } = textsOf(raw);
  const part: Partial<Record<PartName, JsonValue>> = {};
  for (const [name, value] of Object.entries(partsOf(entry, sealed))) {
    if (value === undefined) continue;
    const { json, isWhole } = asJson(value, most);
    if (json !== undefined) part[name as PartName] = json; // a name of `partsOf`
    if (!isWhole) cut.push(name);
  }
  const flags = Array.isArray(entry['flags']) ? entry['flags'] : [];
  return {
    text: texts,
    part,
    flags: FLAGS.filter((flag) => flags.includes(flag)),
    occurredAt: momentOf(entry['occurredAt']),
    sealedAt: momentOf(entry['sealedAt']),
    seq: natural(entry['seq']),
    durationMs: natural(entry['durationMs']),
    status: natural(http['status']),
    cut,
  };
}

function textsOf(raw: Readonly<Record<TextName, unknown>>, limits: Readonly<Record<TextName, number>> = TEXTS) {
  const texts: Partial<Record<TextName, string>> = {};
  const cut: string[] = [];
  for (const name of Object.keys(TEXTS) as TextName[]) {
    const value = raw[name];
    const text = typeof value === 'number' || typeof value === 'boolean' ? String(value) : value;
    if (typeof text !== 'string' || text === '') continue;
    texts[name] = text.slice(0, limits[name]).toWellFormed();
    if (text.length > limits[name]) cut.push(name);
  }
  return { texts, cut };
}

function partsOf(entry: Given, sealed: Given): Partial<Record<PartName, unknown>> {
  const changes = Array.isArray(entry['changes']) ? (entry['changes'] as readonly unknown[]) : [];
  const has = (value: unknown): unknown => (typeof value === 'object' && value !== null ? value : undefined);
  return {
    leaf: typeof sealed['leaf'] === 'string' && sealed['leaf'] !== '' ? sealed['leaf'] : undefined,
    details: has(entry['details']),
    old: has(entry['old']),
    new: has(entry['new']),
    changes: changes.length > 0 ? changes : undefined,
    change: has(entry['change']),
    changed: changes.length > 0 ? changes.map((change) => object(change)['field']) : undefined,
    actor: has(entry['actor']),
    unreadable: has(entry['unreadable']),
  };
}

/** By which a target knows an entry again. */
const KEPT: readonly string[] = ['id', 'hash', 'prev', 'previousId'];

/** The same with shorter texts. */
export function shortened(from: Seen, most: number): Seen {
  const shorter = ([name, limit]: [string, number]) => [name, KEPT.includes(name) ? limit : Math.min(limit, most)];
  const limits = Object.fromEntries(Object.entries(TEXTS).map(shorter));
  const raw = from.text as Readonly<Record<TextName, unknown>>; // those that are absent are undefined
  const { texts, cut } = textsOf(raw, limits as Record<TextName, number>); // the same names
  return { ...from, text: texts, cut: [...new Set([...from.cut, ...cut])] };
}

/** The same without a part, which `cut` names then. */
export function without({ part, cut, ...rest }: Seen, name: PartName): Seen {
  const { [name]: _left, ...others } = part;
  return { ...rest, part: others, cut: cut.includes(name) ? cut : [...cut, name] };
}
