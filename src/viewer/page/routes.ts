/** What entries can be filtered by, in the order in which the forms show it; the names of `AuditConditions`. */
export const FILTERS = ['actor', 'email', 'address', 'action', 'mark', 'resource', 'outcome', 'failures', 'source', 'severity', 'flag', 'requestId', 'group', 'tx'] as const; // prettier-ignore
export type FilterName = (typeof FILTERS)[number];

/** These can be given more than once: any of them. */
const REPEATED: ReadonlySet<string> = new Set(['source', 'outcome']);

export interface Condition {
  readonly name: FilterName;
  readonly value: string;
}

/** A page of the viewer. */
export type Place =
  | { readonly view: 'timeline' | 'overview' | 'access' | 'nowhere' }
  | { readonly view: 'entry'; readonly id: string }
  | { readonly view: 'record'; readonly type: string; readonly id: string }
  | { readonly view: 'actor'; readonly id: string };

/** `last` is relative (`15m`, `24h`, `7d`), `from` and `to` are RFC 3339 in UTC. */
export interface Range {
  readonly last?: string;
  readonly from?: string;
  readonly to?: string;
}

/** Everything that the address says, so that a link shows the same to whoever may see it. */
export interface Where {
  readonly place: Place;
  /** `''`: the default chain; `undefined`: all tenants. */
  readonly tenant: string | undefined;
  readonly conditions: readonly Condition[];
  readonly range: Range;
  readonly order: 'newest' | 'oldest';
  /** Text that is looked for in what is loaded. */
  readonly search: string;
  /** IANA name; absent: the browser's. */
  readonly zone?: string;
  readonly columns?: readonly string[];
  readonly density?: 'compact';
  /** What else stands in the query string, for the views that know it. */
  readonly more: Readonly<Record<string, string>>;
}

const OURS: ReadonlySet<string> = new Set([...FILTERS, 'tenant', 'allTenants', 'last', 'from', 'to', 'order', 'q', 'zone', 'cols', 'density', 'id', 'type']); // prettier-ignore
const LAST = /^[1-9]\d{0,4}[mhd]$/;

/**
 * Total: what is not understood is left out.
 * @param path below the mount, as the address has it
 * @param query with or without its question mark
 * @param usual the tenant of an address that names none; `undefined`: all of them
 */
export function readWhere(path: string, query: string, usual: string | undefined): Where {
  const given = new URLSearchParams(query);
  const one = (name: string): string | undefined => given.get(name) ?? undefined;
  const conditions: Condition[] = [];
  for (const name of FILTERS)
    for (const value of REPEATED.has(name) ? new Set(given.getAll(name)) : given.getAll(name).slice(-1))
      if (value !== '') conditions.push({ name, value });
  const more: Record<string, string> = {};
  for (const [name, value] of given) if (!OURS.has(name)) more[name] = value;
  const zone = one('zone');
  const columns = one('cols')
    ?.split(',')
    .filter((each) => each !== '');
  return {
    place: readPlace(path, given),
    tenant: one('allTenants') === 'true' ? undefined : (one('tenant') ?? usual),
    conditions,
    range: readRange(one('last'), one('from'), one('to')),
    order: one('order') === 'oldest' ? 'oldest' : 'newest',
    search: one('q') ?? '',
    ...(zone === undefined || zone === '' ? {} : { zone }),
    ...(columns === undefined || columns.length === 0 ? {} : { columns }),
    ...(one('density') === 'compact' ? { density: 'compact' } : {}),
    more,
  };
}

function readPlace(path: string, spelled: URLSearchParams): Place {
  const [view, ...rest] = path.replace(/^\/+/, '').split('/');
  const [first = '', second = ''] = rest.map((part) => decoded(part));
  if (view === '' || view === undefined) return { view: 'timeline' };
  if ((view === 'overview' || view === 'access') && first === '') return { view };
  if (view === 'entry' && first !== '') return { view, id: first };
  if (view === 'actor') return { view, id: rest.length > 0 ? first : (spelled.get('id') ?? '') };
  if (view === 'record' && rest.length > 1) return { view, type: first, id: second };
  if (view === 'record') return { view, type: spelled.get('type') ?? first, id: spelled.get('id') ?? '' };
  return { view: 'nowhere' };
}

function readRange(last: string | undefined, from: string | undefined, to: string | undefined): Range {
  if (last !== undefined && LAST.test(last)) return { last };
  const times = { from: instant(from), to: instant(to) };
  return { ...(times.from && { from: times.from }), ...(times.to && { to: times.to }) };
}

function instant(text: string | undefined): string | undefined {
  const time = text === undefined ? Number.NaN : Date.parse(text);
  return Number.isNaN(time) ? undefined : new Date(time).toISOString();
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** The address of it, relative to the mount; `readWhere` reads it back. */
export function writeWhere(where: Where): string {
  const query = new URLSearchParams();
  const { place, range } = where;
  if (place.view === 'record' && (isLost(place.type) || isLost(place.id))) query.set('type', place.type);
  if ((place.view === 'record' && query.has('type')) || (place.view === 'actor' && isLost(place.id)))
    query.set('id', place.id);
  if (where.tenant === undefined) query.set('allTenants', 'true');
  else query.set('tenant', where.tenant);
  for (const { name, value } of where.conditions) query.append(name, value);
  if (range.last) query.set('last', range.last);
  if (range.from) query.set('from', range.from);
  if (range.to) query.set('to', range.to);
  if (where.order === 'oldest') query.set('order', 'oldest');
  if (where.search !== '') query.set('q', where.search);
  if (where.zone) query.set('zone', where.zone);
  if (where.columns) query.set('cols', where.columns.join(','));
  if (where.density) query.set('density', where.density);
  for (const [name, value] of Object.entries(where.more)) query.set(name, value);
  const text = query.toString();
  return writePlace(place) + (text === '' ? '' : `?${text}`);
}

function writePlace(place: Place): string {
  switch (place.view) {
    case 'timeline':
    case 'nowhere':
      return '';
    case 'entry':
      return `entry/${segment(place.id)}`;
    case 'actor':
      return isLost(place.id) ? 'actor' : `actor/${segment(place.id)}`;
    case 'record':
      return isLost(place.type) || isLost(place.id) ? 'record' : `record/${segment(place.type)}/${segment(place.id)}`;
    default:
      return place.view;
  }
}

/** Segments that a browser takes out of an address, encoded or not, or that end it: these stand in the query string. */
const isLost = (part: string): boolean => part === '.' || part === '..' || part === '';

/** One segment of a path, of any text that is not lost in one. */
export const segment = (part: string): string => encodeURIComponent(part.toWellFormed());

/** Another page with the same tenant, zone and density; filters and what a view had of its own stay behind. */
export function moveTo(where: Where, place: Place, conditions: readonly Condition[] = []): Where {
  const { columns: _, ...kept } = where;
  return { ...kept, place, conditions, range: {}, order: 'newest', search: '', more: {} };
}

/** With one more condition; where only one can hold it takes the place of the other. */
export function withCondition(where: Where, { name, value }: Condition): Where {
  const others = where.conditions.filter((each) => each.name !== name || (REPEATED.has(name) && each.value !== value));
  return { ...where, conditions: value === '' ? others : [...others, { name, value }] };
}

export function withoutCondition(where: Where, gone: Condition): Where {
  const conditions = where.conditions.filter(({ name, value }) => name !== gone.name || value !== gone.value);
  return { ...where, conditions };
}

/** Another range; `{}` is all time. */
export const withRange = (where: Where, range: Range): Where => ({ ...where, range });

const UNITS: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 };

/** A relative range as it is at a moment; a link with it shows tomorrow what it shows today. */
export function absolute(range: Range, now: number): Range {
  if (!range.last) return range;
  const length = Number(range.last.slice(0, -1)) * (UNITS[range.last.slice(-1)] ?? 0);
  return { from: new Date(now - length).toISOString(), to: new Date(now).toISOString() };
}

/** What the server is asked: filters and tenant. @param now a relative range is reckoned from it, and is open at its end */
export function questionOf(where: Where, now: number): URLSearchParams {
  const query = tenantOf(where);
  for (const { name, value } of where.conditions) query.append(name, value);
  const { from, to } = absolute(where.range, now);
  if (from) query.set('from', from);
  if (to && !where.range.last) query.set('to', to);
  if (where.order === 'oldest') query.set('order', 'oldest');
  return query;
}

/** The tenant alone, for questions about one entry or record. */
export function tenantOf({ tenant }: Pick<Where, 'tenant'>): URLSearchParams {
  const query = new URLSearchParams();
  if (tenant === undefined) query.set('allTenants', 'true');
  else if (tenant !== '') query.set('tenant', tenant);
  return query;
}
