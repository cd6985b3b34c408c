import { uuidV7Millis } from '../event/uuid.js';
import {
  MOST_WALKED,
  type EntryFacets as StoredFacets,
  type FacetGroup,
  type EntryGroups,
  type GroupKey,
} from '../store/entry.port.js';
import type { Asking } from './asking.js';
import { find } from './find.js';
import { labelled } from './labels.js';
import { checkConditions, invalid, type AuditConditions } from './query.js';

export interface FailuresQuestion extends Pick<AuditConditions, 'tenant' | 'allTenants'> {
  /**
   * Whom to count by: id of the actor, network address, or `identity`: whom somebody claimed to be (`details.claimed`), by e-mail in small
   * letters, else by id. Nobody has checked that: it is the account that was tried, not who tried it.
   */
  readonly by: (typeof BY)[number];
  /** Length of the window, milliseconds. */
  readonly within: number;
  /** Failures that one must have to be shown. @defaultValue 2 */
  readonly atLeast?: number | undefined;
  /** End of the window. @defaultValue now */
  readonly to?: Date | undefined;
}

export interface FailuresOf {
  /** Id, address or identity as they are indexed (a long one is its SHA-256); `null`: none was known, or what was claimed is erased. */
  readonly key: string | null;
  readonly count: number;
  /** To the millisecond. */
  readonly first: Date;
  readonly last: Date;
}

export interface FailureGroups {
  /** Most failures first, 500 at most. */
  readonly groups: readonly FailuresOf[];
  /** The newest 10,000 failures were looked at, the last of them at this moment: the window has more. */
  readonly stoppedAt?: Date;
}

export interface PatternCell {
  /** Of the day, 0–23. */
  readonly hour: number;
  readonly action: string;
  readonly count: number;
}

export interface AccessPattern {
  readonly cells: readonly PatternCell[];
  /** The newest 10,000 entries were looked at, the last of them at this moment. */
  readonly stoppedAt?: Date;
}

export type PatternQuestion = AuditConditions & {
  /** Whose hours: a name of the tz database. @defaultValue `'UTC'` */
  readonly zone?: string | undefined;
};

const BY = ['actor', 'address', 'identity'] as const;
const FAILURES = ['by', 'within', 'atLeast', 'to', 'tenant', 'allTenants'];

/** Failed logins and denials of a window, by who, where from or as whom. */
export async function failures(asking: Asking, question: FailuresQuestion): Promise<FailureGroups> {
  if (typeof question !== 'object' || question === null) throw invalid("ask for { by: 'actor', within: 3_600_000 }");
  const { by, within, atLeast = 2, to = new Date(), ...where } = question;
  const unknown = Object.keys(question).find((name) => !FAILURES.includes(name));
  if (unknown !== undefined)
    throw invalid(`there is no condition ${JSON.stringify(unknown.slice(0, 60))}; there are ${FAILURES.join(', ')}`);
  if (!BY.includes(by)) throw invalid("by must be 'actor', 'address' or 'identity'");
  if (!Number.isInteger(within) || within < 1) throw invalid('within must be milliseconds, a whole number');
  if (!Number.isInteger(atLeast) || atLeast < 1 || atLeast > 10_000) throw invalid('atLeast must be a whole number from 1 to 10,000'); // prettier-ignore
  checkConditions({ ...where, to });
  if (Number.isNaN(new Date(to.getTime() - within).getTime())) throw invalid('within must not reach beyond all dates: a year is 31_536_000_000'); // prettier-ignore
  const found = await grouped(asking, failuresOf({ ...question, to }), by, { atLeast, refusals: true });
  return {
    groups: found.groups.map(({ key, count, firstId, lastId }) => ({ key, count, first: momentOf(firstId), last: momentOf(lastId) })), // prettier-ignore
    ...stop(found),
  };
}

/** What is counted. */
export function failuresOf({ tenant, allTenants, within, to = new Date() }: FailuresQuestion): AuditConditions {
  return { tenant, allTenants, failures: true, from: new Date(to.getTime() - within), to };
}

/** How entries lie over the hours of the day, by action. */
export async function pattern(asking: Asking, question: PatternQuestion): Promise<AccessPattern> {
  const { zone = 'UTC', ...conditions } = question ?? {};
  checkConditions(conditions);
  checkZone(zone);
  const found = await grouped(asking, conditions, 'hour and action', { atLeast: 1, zone, limit: 24 * 500 });
  const cells = found.groups.flatMap(({ key, action, count }) =>
    key === null || action === null ? [] : [{ hour: Number(key), action, count }],
  );
  return { cells: cells.toSorted((a, b) => a.hour - b.hour || b.count - a.count || (a.action < b.action ? -1 : 1)), ...stop(found) }; // prettier-ignore
}

/** How many there are of a value, as it is indexed; `null`: without one. */
export interface ValueCount {
  readonly value: string | null;
  readonly count: number;
}

/** The id of an actor. */
export interface ActorCount extends ValueCount {
  /** E-mail or name of whoever it is, by the newest entry; of the first twelve, where an entry says it. */
  readonly label?: string;
}

/** What values the newest entries have, most first, 50 of each at most. */
export interface EntryFacets {
  readonly action: readonly ValueCount[];
  readonly outcome: readonly ValueCount[];
  readonly source: readonly ValueCount[];
  readonly actor: readonly ActorCount[];
  readonly resourceType: readonly ValueCount[];
  /** Entries that the numbers are of, 10,000 at most. */
  readonly walked: number;
  /** All that there are were looked at. */
  readonly isExact: boolean;
}

/** Of the hours since a moment; those without entries are left out. */
export interface EntryOverview {
  /** Oldest first. */
  readonly hours: readonly { readonly at: Date; readonly count: number; readonly failed: number }[];
  readonly outcomes: readonly ValueCount[];
  readonly actions: readonly ValueCount[];
  readonly actors: readonly ActorCount[];
  /** False: the newest 10,000 entries were looked at, and there are earlier ones. */
  readonly isExact: boolean;
  /** What a verification of the whole log last left in it; absent where there was none, or the reader does not see it. */
  readonly verified?: { readonly at: string; readonly verdict: string; readonly level?: string };
}

const MOST_VALUES = 50;
/** Hours of ten years. */
const MOST_HOURS = 88_000;

/** What is there to narrow a question by. */
export async function facets(asking: Asking, conditions: AuditConditions): Promise<EntryFacets> {
  const found = await facetsOf(asking, conditions, ['action', 'outcome', 'source', 'actor', 'resource type'], MOST_VALUES); // prettier-ignore
  const [action = [], outcome = [], source = [], actor = [], resourceType = []] = found.facets.map((each) => valuesOf(each)); // prettier-ignore
  // Not how many were walked: those that are hidden are among them.
  const walked = outcome.reduce((sum, { count }) => sum + count, 0);
  return {
    action,
    outcome,
    source,
    actor: await labelled(asking, conditions, actor),
    resourceType,
    walked,
    isExact: found.stoppedId === undefined,
  };
}

/** How much happened, hour by hour, and what. */
export async function overview(asking: Asking, conditions: AuditConditions): Promise<EntryOverview> {
  const found = await facetsOf(asking, conditions, ['hour', 'outcome', 'action', 'actor'], MOST_HOURS);
  const [hours = [], ...others] = found.facets;
  const [outcomes = [], actions = [], actors = []] = others.map((each) => valuesOf(each.slice(0, MOST_VALUES)));
  return {
    hours: hours
      .flatMap(({ key, count, failed }) => (key === null ? [] : [{ at: new Date(Number(key) * 1000), count, failed }]))
      .toSorted((a, b) => a.at.getTime() - b.at.getTime()),
    outcomes,
    actions,
    actors: await labelled(asking, conditions, actors),
    isExact: found.stoppedId === undefined,
    ...(await verified(asking)),
  };
}

/** It is in the chain of what has no tenant. */
export async function verified(asking: Asking): Promise<Pick<EntryOverview, 'verified'>> {
  if (asking.wall?.covers('') === false) return {};
  const { entries } = await find(asking, { tenant: '', action: 'audit.verified', source: 'read', limit: 1 });
  const [entry] = entries;
  const { verdict, level } = entry?.details ?? {};
  if (entry === undefined || typeof verdict !== 'string') return {};
  return { verified: { at: entry.occurredAt, verdict, ...(typeof level === 'string' ? { level } : {}) } };
}

const valuesOf = (groups: readonly FacetGroup[]): readonly ValueCount[] =>
  groups.map(({ key, count }) => ({ value: key, count }));

async function facetsOf(
  asking: Asking,
  conditions: AuditConditions,
  by: readonly GroupKey[],
  limit: number,
): Promise<StoredFacets> {
  checkConditions(conditions);
  const filter = await asking.filter(conditions);
  if (filter === undefined) return { facets: [], walked: 0 };
  return await asking.store.facets({ filter, by, limit });
}

/** Of how many entries of each tenant a number over all of them is made; `undefined` where one alone was asked about. */
export async function tenantsOf(
  asking: Asking,
  conditions: AuditConditions,
  refusals?: true,
): Promise<ReadonlyMap<string, number> | undefined> {
  if (conditions.allTenants !== true) return undefined;
  const { groups } = await grouped(asking, conditions, 'tenant', { atLeast: 1, limit: MOST_WALKED, refusals });
  return new Map(groups.map(({ key, count }) => [key ?? '', count]));
}

async function grouped(
  asking: Asking,
  conditions: AuditConditions,
  by: GroupKey,
  {
    atLeast,
    zone = 'UTC',
    limit = 500,
    refusals,
  }: { atLeast: number; zone?: string; limit?: number; refusals?: true | undefined },
): Promise<EntryGroups> {
  const filter = await asking.filter(conditions);
  if (filter === undefined) return { groups: [], walked: 0 };
  return await asking.store.groups({ filter: { ...filter, refusals }, by, atLeast, zone, limit });
}

const momentOf = (id: string): Date => new Date(uuidV7Millis(id));

const stop = ({ stoppedId }: EntryGroups): { stoppedAt?: Date } =>
  stoppedId === undefined ? {} : { stoppedAt: momentOf(stoppedId) };

function checkZone(zone: unknown): void {
  try {
    // An offset (`+01:00`) is read the other way round by PostgreSQL.
    if (typeof zone !== 'string' || !/^[A-Za-z]/.test(zone)) throw new RangeError('no name');
    Intl.DateTimeFormat('en', { timeZone: zone });
  } catch {
    throw invalid("zone must be a name of the tz database: 'Europe/Berlin'");
  }
}
