import type { ShownChange, ShownEntry } from '../answers.js';
import { isOwnRead } from './own-reads.js';
import { t } from './texts.js';

/** One field of a row's summary. */
export interface Piece {
  readonly field: string;
  readonly kind: 'set' | 'changed' | 'gone' | 'hidden';
  readonly old?: string;
  readonly new?: string;
}

export interface Summary {
  readonly pieces: readonly Piece[];
  /** Fields that are not among them. */
  readonly more: number;
  /** Where no field changed: what else there is to say of it. */
  readonly text?: string;
}

const MOST = 2;
const LENGTH = 60;
/** They change with every write, and say nothing that the time of the entry does not. */
const DULL = /^(updated|modified|changed)_?(at|on)$|^(version|_version)$/i;

/** What a row of the list says of an entry in one line. Total: whatever is stored comes out as text. */
export function summaryOf(entry: ShownEntry): Summary {
  const { changes } = entry;
  if (changes.length === 0) return { pieces: [], more: 0, ...textOf(entry) };
  const first: ShownChange[] = [];
  const dull: ShownChange[] = [];
  for (const change of changes) {
    if (first.length === MOST) break;
    if (!DULL.test(change.field)) first.push(change);
    else if (dull.length < MOST) dull.push(change);
  }
  const shown = first.length > 0 ? first : dull;
  return { pieces: shown.map((change) => pieceOf(change)), more: changes.length - shown.length };
}

function pieceOf(change: ShownChange): Piece {
  const { field } = change;
  const [before, after] = [shortly(change.old), shortly(change.new)];
  if (before === undefined && after === undefined) return { field, kind: 'hidden' };
  if (before === undefined) return { field, kind: 'set', new: after ?? '' };
  if (after === undefined) return { field, kind: 'gone', old: before };
  return { field, kind: 'changed', old: before, new: after };
}

/** Of any value; `undefined` where there is none. */
export function shortly(value: unknown, length = LENGTH): string | undefined {
  if (value === undefined) return undefined;
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? 'null');
  return text.length > length ? `${text.slice(0, length)}…` : text === '' ? '""' : text;
}

function textOf(entry: ShownEntry): { readonly text?: string } {
  const { error, reason, details } = entry;
  if (isOwnRead(entry)) return { text: readText(details) };
  const said = error?.message ?? error?.name ?? reason ?? httpOf(details?.['http']);
  if (said !== undefined) return { text: shortly(said, 200) ?? '' };
  if (details === undefined || Object.keys(details).length === 0) return {};
  const words = Object.entries(details)
    .slice(0, 3)
    .map(([name, value]) => `${name} ${shortly(value) ?? ''}`);
  return { text: words.join(' · ') };
}

function readText(details: ShownEntry['details'] = {}): string {
  const { kind, reader, count } = details as Readonly<Record<string, unknown>>;
  const { email, id } = (typeof reader === 'object' && reader !== null ? reader : {}) as Record<string, unknown>; // whatever is stored
  const who = shortly(email ?? id) ?? t.anonymous;
  return t.readSaid(who, shortly(kind) ?? '?', typeof count === 'number' ? count : undefined);
}

function httpOf(http: unknown): string | undefined {
  if (typeof http !== 'object' || http === null) return undefined;
  const { method, route, path, status } = http as Record<string, unknown>;
  const words = [method, route ?? path, status].filter((each) => typeof each === 'string' || typeof each === 'number');
  return words.length > 0 ? words.join(' ') : undefined;
}

const texts = new WeakMap<ShownEntry, string>();
const SEARCHED = 20_000;

/** Whether what is shown of an entry has the text in it, in any case of letters. @param text in small letters */
export function has(entry: ShownEntry, text: string): boolean {
  let all = texts.get(entry);
  if (all === undefined) {
    all = JSON.stringify(entry).slice(0, SEARCHED).toLowerCase();
    texts.set(entry, all);
  }
  return all.includes(text);
}
