import type { FieldChange } from '../event/changes.js';
import type { Resource } from '../event/types.js';
import { uuidV7Floor } from '../event/uuid.js';
import type { FieldValue } from '../event/values.js';
import type { EntryPageRequest, StoredEntry } from '../store/entry.port.js';
import type { Asking } from './asking.js';
import { checkConditions, invalid, type AuditConditions } from './query.js';
import type { AuditEntry } from './read-entry.js';

/** Why the log cannot say a field, or all of a record. `hidden`: the reader does not see all that changes it. */
export type Gap = 'redacted' | 'masked' | 'cut' | 'ignored' | 'as-text' | 'erased' | 'unreadable' | 'hidden';

export interface RecordState {
  readonly resource: Resource;
  readonly at: Date;
  /** `unknown`: no change of the record was logged, before or after. */
  readonly is: 'there' | 'absent' | 'unknown';
  /** By the client's names; those that `incomplete` names are missing, or are what is left of them. */
  readonly values?: Readonly<Record<string, FieldValue>>;
  /** What the values are missing, by field; without a field: all of them. */
  readonly incomplete: readonly { readonly field?: string; readonly why: Gap }[];
  /** The entry that says so: the last change before, or the first one after the moment. */
  readonly entry?: AuditEntry;
}

export interface RecordDifference {
  readonly from: RecordState;
  readonly to: RecordState;
  /** Fields that differ; nothing is said of those that either state does not have whole. */
  readonly changes: readonly FieldChange[];
}

/** Walks at most: of a record with a million later changes the question ends with an error, not with a time-out. */
const MOST_WALKS = 100;

export async function asOf(asking: Asking, resource: Resource, at: Date, where: AuditConditions): Promise<RecordState> {
  const state = await lookUp(asking, resource, at, where);
  const sees = asking.wall?.scope.actions;
  // Said of the scope, whatever there is.
  // oxlint-disable-next-line typescript/no-unnecessary-boolean-literal-compare -- what is not true is hidden
  const isWhole = sees === undefined || VERBS.every((verb) => sees(`${resource.type}.${verb}`) === true);
  return isWhole ? state : { ...state, incomplete: [...state.incomplete, { why: 'hidden' }] };
}

const VERBS = ['create', 'update', 'delete', 'truncate'];

/** @param resource with an id */
async function lookUp(asking: Asking, resource: Resource, at: Date, where: AuditConditions): Promise<RecordState> {
  const conditions = { ...where, resource };
  checkConditions(conditions);
  if (!(at instanceof Date) || Number.isNaN(at.getTime())) throw invalid('at must be a valid Date');
  const behind = uuidV7Floor(at.getTime() + 1);
  const { type } = resource;
  const verbs = VERBS.slice(0, 3).map((verb) => `${type}.${verb}`);

  const before = await firstOf(asking, conditions, verbs, { toId: behind }, { order: 'newest', by: 'chain' });
  // What emptied the table names no record.
  const emptied = await firstOf(asking, { ...where, resource: { type } }, [`${type}.truncate`], { toId: behind }, { order: 'newest', by: 'id' }); // prettier-ignore
  if (emptied !== undefined && (before === undefined || before.id < emptied.id))
    return { resource, at, is: 'absent', incomplete: [], entry: (await asking.read([emptied]))[0] as AuditEntry };
  if (before !== undefined) return stateOf({ resource, at }, (await asking.read([before]))[0] as AuditEntry, 'new');
  const after = await firstOf(asking, conditions, verbs, { fromId: behind }, { order: 'oldest', by: 'chain' });
  if (after !== undefined) return stateOf({ resource, at }, (await asking.read([after]))[0] as AuditEntry, 'old');
  return { resource, at, is: 'unknown', incomplete: [] };
}

async function firstOf(
  asking: Asking,
  conditions: AuditConditions,
  actions: readonly string[],
  bounds: { readonly fromId?: string; readonly toId?: string },
  how: Pick<EntryPageRequest, 'order' | 'by'>,
): Promise<StoredEntry | undefined> {
  const filter = await asking.filter(conditions);
  const seen = filter?.actions ?? filter?.visibleActions;
  const names = seen === undefined ? actions : actions.filter((name) => seen.includes(name));
  if (filter === undefined || names.length === 0) return undefined;
  let after: EntryPageRequest['after'];
  for (let walks = 0; walks < MOST_WALKS; walks += 1) {
    const page = await asking.page({ ...filter, ...bounds, actions: names }, { ...how, after, limit: 1 });
    if (page.entries[0] !== undefined || page.stopped === undefined) return page.entries[0];
    after = how.by === 'chain' ? page.stopped : { id: page.stopped.id };
  }
  throw invalid(
    'more than a million changes of this record are on the other side of the moment: read its history from there',
  );
}

function stateOf(of: Pick<RecordState, 'resource' | 'at'>, entry: AuditEntry, side: 'old' | 'new'): RecordState {
  const verb = entry.action.split('.').at(-1);
  if (verb === (side === 'new' ? 'delete' : 'create')) return { ...of, is: 'absent', incomplete: [], entry };
  const { change } = entry;
  const image = change?.[side] ?? entry[side];
  if (image === undefined) return { ...of, is: 'there', incomplete: [{ why: entry.unreadable ? 'unreadable' : 'erased' }], entry }; // prettier-ignore
  const told = (fields: Iterable<string>, why: Gap) => [...fields].map((field) => ({ field, why }));
  const keys = (sides: { readonly [S in 'old' | 'new']?: object }): string[] => Object.keys(sides[side] ?? {});
  const incomplete =
    change === undefined
      ? []
      : [
          ...told(change.redacted, 'redacted'),
          ...told(keys(change.masked), 'masked'),
          ...told(keys(change.cut), 'cut'),
          ...told(change.ignored, 'ignored'),
          ...told(keys(change.asText), 'as-text'),
        ];
  if (entry.unreadable?.some(({ at }) => /^data\b/.test(at))) incomplete.push({ field: '', why: 'unreadable' });
  const values = { ...image, ...change?.masked[side], ...change?.asText[side] };
  return { ...of, is: 'there', values, incomplete: incomplete.map(({ field, why }) => (field === '' ? { why } : { field, why })), entry }; // prettier-ignore
}

export async function difference(
  asking: Asking,
  resource: Resource,
  moments: readonly [Date, Date],
  where: AuditConditions,
): Promise<RecordDifference> {
  const [from, to] = [await asOf(asking, resource, moments[0], where), await asOf(asking, resource, moments[1], where)];
  const unsaid = new Set([...from.incomplete, ...to.incomplete].map(({ field }) => field?.split('.')[0]));
  const isKnown = from.is !== 'unknown' && to.is !== 'unknown' && !unsaid.has(undefined);
  const fields = new Set([...Object.keys(from.values ?? {}), ...Object.keys(to.values ?? {})]);
  const sides = (field: string, { is, values }: RecordState, side: 'old' | 'new'): object =>
    is === 'there' && values !== undefined && Object.hasOwn(values, field) ? { [side]: values[field] } : {};
  const changes = [...fields]
    .filter((field) => isKnown && !unsaid.has(field))
    .map((field): FieldChange => ({ field, ...sides(field, from, 'old'), ...sides(field, to, 'new') }))
    .filter((change) => !('old' in change && 'new' in change && sameValue(change.old, change.new)));
  return { from, to, changes };
}

/** By what they say: a Decimal, a Date and bytes are objects of their own each time. */
function sameValue(a: FieldValue | undefined, b: FieldValue | undefined): boolean {
  return said(a) === said(b);
}

function said(value: FieldValue | undefined): string {
  return JSON.stringify([value], (_name, each: unknown) => {
    if (typeof each === 'bigint' || (typeof each === 'number' && !Number.isFinite(each)))
      return { number: String(each) };
    if (each instanceof Uint8Array) return { bytes: Buffer.from(each).toString('hex') };
    // Prisma's null of a document is an object without members.
    const isPlain = typeof each !== 'object' || each === null || Array.isArray(each) || Object.getPrototypeOf(each) === Object.prototype; // prettier-ignore
    // oxlint-disable-next-line typescript/no-base-to-string -- classes of Prisma's, which say what they are
    return isPlain ? each : { class: String(each) };
  });
}
