import { MOST_ACTIONS, type EntryFilter } from '../entry.port.js';

type Bind = (value: unknown) => string;
type Condition = readonly [name: keyof EntryFilter, sql: string];

export interface Conditions {
  /** What the index is asked for. */
  readonly driver: readonly string[];
  /** By which the page is sorted, though it is the same in all: the index that has it in front, and `id` behind it, is then the only one in the order of the page. */
  readonly lead?: string | undefined;
  /** Many actions, each of which is looked up in the index by itself: the parameter with their list, and the condition on one, `a.action`. */
  readonly each?: { readonly of: string; readonly condition: () => string } | undefined;
  /** What of the index a scope shows, where it is not asked for that alone: the rest is passed over. */
  readonly seen?: string | undefined;
  /** What is looked at of each entry on the way. */
  readonly rest: readonly string[];
}

/**
 * Which index answers, the most selective first: names of conditions that it serves together. Each is in the order of `id`, that of a
 * record in the order of its chain, so that a page is read as it lies there.
 */
const DRIVERS: readonly (readonly (keyof EntryFilter)[])[] = [
  ['id'],
  ['chain'],
  ['group'],
  ['requestId'],
  ['resourceType', 'resourceId'],
  ['actorEmail'],
  ['address'],
  ['actorId', 'failures'],
  ['actorId'],
  ['actions', 'failures'],
  ['actions'],
  ['failures'],
  ['sources'],
];

/**
 * The column that an index has before `id`. Of an actor, a group, a tenant the planner knows how many of the entries it has, not that they lie together:
 * where it is large, it goes through those of everybody until the page is full, which is never where the others are newer.
 */
const LEADS: Readonly<Partial<Record<keyof EntryFilter, Lead>>> = {
  tenant: ['tenant_key', 'text'],
  group: ['group_id', 'uuid'],
  requestId: ['request_id', 'text'],
  actorEmail: ['actor_email', 'text'],
  address: ['address', 'text'],
  actorId: ['actor_id', 'text'],
  actions: ['action', 'text'],
  sources: ['source', 'text'],
};
type Lead = readonly [column: string, type: string];

const LEAST = '00000000-0000-0000-0000-000000000000';
const MOST = 'ffffffff-ffff-ffff-ffff-ffffffffffff';

/** Where the page begins, of a page that follows `id`. */
export type After = readonly [compare: '<' | '>', id: string];

/** Without a tenant these alone have an index. */
const OF_ALL_TENANTS: ReadonlySet<string> = new Set(['id', 'chain', 'group', 'requestId']);

/** @param by order of the page: a range of time is looked for in an index that is in the order of time */
export function conditionsOf(asked: EntryFilter, by: 'chain' | 'id', bind: Bind, after?: After): Conditions {
  const { visibleActions, ...filter } = asked;
  if (visibleActions === undefined) return indexed(filter, by, bind, after);
  // By the actions that are seen, where nothing else is asked for: then there is nothing to pass over.
  const bySeen = { ...filter, actions: filter.actions ?? visibleActions };
  if (indexed(bySeen, by, () => '', after).isByActions) return indexed(bySeen, by, bind, after);
  return { ...indexed(filter, by, bind, after), seen: anyOf('action', bind(visibleActions)) };
}

/** @returns `isByActions`: the index is asked for no entry of other actions than these */
function indexed(
  filter: EntryFilter,
  by: 'chain' | 'id',
  bind: Bind,
  after?: After,
): Conditions & { readonly isByActions: boolean } {
  const found = DRIVERS.find((names) => names.every((name) => isGiven(filter[name])) && serves(names, filter)) ?? [];
  const range: readonly (keyof EntryFilter)[] = by === 'id' ? ['fromId', 'toId'] : [];
  const isMany = (filter.actions?.length ?? 0) > 1;
  const looksOn = (Object.keys(filter) as (keyof EntryFilter)[]).some((name) => isGiven(filter[name]) && ![...found, ...range, 'tenant'].includes(name)); // prettier-ignore
  // Each of many actions may have entries that the rest leaves out: then those of the tenant are walked.
  const served = isMany && looksOn ? found.filter((name) => name !== 'actions') : found;
  const isEach = isMany && served[0] === 'actions';
  const many = isMany ? bind(filter.actions) : undefined;
  const lead = by === 'chain' || isEach ? undefined : leadOf(served, filter);
  const { parts, between } = conditions(filter, many, bind, lead, after);
  const driving = isEach ? parts.filter(([name]) => name !== 'actions') : parts;
  const { driver, rest } = split(driving, new Set([
    // A chain has one tenant: asked for both, the planner looks through all of the tenant's entries.
    ...(served[0] === 'chain' ? [] : (['tenant'] as const)),
    ...served,
    ...range,
  ])); // prettier-ignore
  const each = isEach && many !== undefined ? { of: many, condition: () => between('action', 'a.action') } : undefined;
  return { driver, rest, each, lead: lead && `e.${lead[0]}`, isByActions: served[0] === 'actions' };
}

function leadOf(served: readonly (keyof EntryFilter)[], { tenant }: EntryFilter): Lead | undefined {
  const [name = 'tenant'] = served.filter((each) => each !== 'failures');
  return name === 'tenant' && tenant === undefined ? undefined : LEADS[name];
}

function split(parts: readonly Condition[], inIndex: ReadonlySet<keyof EntryFilter>): Conditions {
  const of = (is: boolean): string[] => parts.filter(([name]) => inIndex.has(name) === is).map(([, sql]) => sql);
  return { driver: of(true), rest: of(false) };
}

function serves(names: readonly (keyof EntryFilter)[], filter: EntryFilter): boolean {
  if (filter.tenant === undefined && !names.every((name) => OF_ALL_TENANTS.has(name))) return false;
  if (names.includes('actions') && (filter.actions?.length ?? 0) > MOST_ACTIONS) return false;
  // Nearly all entries are changes: the index has the others.
  return !names.includes('sources') || (filter.sources?.length === 1 && isIndexed(filter.sources[0]));
}

const isGiven = (value: unknown): boolean => value !== undefined && value !== null && value !== false;

const isIndexed = (source: string | undefined): boolean => source !== 'change' && source !== 'change.client';

/** All conditions with their SQL over `e`, the tenant's first. */
function conditions(
  filter: EntryFilter,
  many: string | undefined,
  bind: Bind,
  lead: Lead | undefined,
  after: After | undefined,
): { readonly parts: readonly Condition[]; readonly between: (column: string, value: string) => string } {
  // Said as a range, since a column that is said to be equal is left out of the order; and with all that is known of the ids, since
  // an index begins with one condition of each side.
  const between = (column: string, value: string): string => {
    const [compare, id] = after ?? [];
    const bounds = (...ids: readonly (string | undefined)[]): string => ids.flatMap((each) => (each === undefined ? [] : `${bind(each)}::uuid`)).join(', '); // prettier-ignore
    const [first, last] = [bounds(LEAST, filter.fromId, compare === '>' ? id : undefined), bounds(MOST, filter.toId, compare === '<' ? id : undefined)]; // prettier-ignore
    return `e.${column} is not null and (e.${column}, e.id) >= (${value}, greatest(${first})) and (e.${column}, e.id) <= (${value}, least(${last}))`;
  };
  const equal = (column: string, type: string) => (value: unknown) =>
    lead?.[0] === column ? between(column, `${bind(value)}::${type}`) : `e.${column} = ${bind(value)}::${type}`;
  const found: Condition[] = [
    ['tenant', filter.tenant === undefined ? 'e.chain > 0' : equal('tenant_key', 'text')(filter.tenant)],
  ];
  const add = <N extends keyof EntryFilter>(name: N, sql: (value: NonNullable<EntryFilter[N]>) => string): void => {
    const value = filter[name];
    if (isGiven(value)) found.push([name, sql(value as NonNullable<EntryFilter[N]>)]); // as it says
  };
  const member = (text: string): string => `strpos(e.body, ${bind(text)}) > 0`;
  add('id', equal('id', 'uuid'));
  add('chain', equal('chain', 'integer'));
  add('actorId', equal('actor_id', 'text'));
  add('actorEmail', equal('actor_email', 'text'));
  add('address', equal('address', 'text'));
  add('resourceType', equal('resource_type', 'text'));
  add('resourceId', equal('resource_id', 'text'));
  add('group', equal('group_id', 'uuid'));
  add('requestId', equal('request_id', 'text'));
  add('actions', (names) => (many === undefined ? equal('action', 'text')(names[0] ?? '') : anyOf('action', many)));
  // "C" collation: a prefix is a range. U+10FFFF sorts after every character that can follow.
  add('actionPrefix', (prefix) => `e.action >= ${bind(prefix)} and e.action < ${bind(`${prefix}\u{10ffff}`)}`);
  add('visibleActions', (names) => anyOf('action', bind(names)));
  // What the partial index leaves out is said as its condition says it: in a parameter the planner cannot find that.
  add('sources', (names) =>
    names.length === 1 && isIndexed(names[0])
      ? `${equal('source', 'text')(names[0])} and e.source <> 'change' and e.source <> 'change.client'`
      : anyOf('source', bind(names)),
  );
  add('outcomes', (names) => anyOf('outcome', bind(names)));
  add('failures', () => `e.outcome <> 'success'`); // literal: a parameter would lose the partial index
  // A body is canonical JSON: inside of a text a quote is `\\"`, so a comma and a name in quotes begin a member and nothing else. What
  // the member `flags` has are words without brackets.
  add('severity', (severity) => member(`,"severity":${JSON.stringify(severity)}`));
  add('tx', (tx) => member(`,"tx":${JSON.stringify(tx)}`));
  add('flag', (flag) => `strpos(split_part(split_part(e.body, ',"flags":[', 2), ']', 1), ${bind(`"${flag}"`)}) > 0`);
  add('refusals', () => `(e.outcome = 'denied' or e.action = 'auth.login')`);
  add(
    'naming',
    ({ id, text }) =>
      `(e.resource_id = ${bind(id)}::text or e.resource_id is null and exists (select from "audit".content c where c.pos = e.pos and strpos(c.data, ${bind(text)}) > 0))`,
  );
  // The range of the lead has both of its ends in it. Said once more, they would be where the index of all ids begins, and the planner takes that.
  if (lead === undefined) add('fromId', (id) => `e.id >= ${bind(id)}::uuid`);
  add('toId', (id) => `e.id ${lead === undefined ? '<' : '<>'} ${bind(id)}::uuid`);
  return { parts: found, between };
}

const anyOf = (column: string, list: string): string => `e.${column} = any (${list}::text[])`;
