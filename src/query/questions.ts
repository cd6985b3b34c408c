import type { Resource } from '../event/types.js';
import type { EntryCount } from '../store/entry.port.js';
import { asked, askedMoment, askedRecord } from './asked.js';
import type { Asking } from './asking.js';
import { count, find, type AuditPage } from './find.js';
import { facets, failures, failuresOf, overview, pattern, tenantsOf, type AccessPattern, type EntryFacets, type EntryOverview, type FailureGroups, type FailuresQuestion, type PatternQuestion } from './groups.js'; // prettier-ignore
import { around, entryOf, type EntriesAround, type Where } from './near.js';
import { invalid, isUuid, type AuditConditions, type AuditQuery } from './query.js';
import type { AuditEntry } from './read-entry.js';
import { asOf, difference, type RecordDifference, type RecordState } from './record-state.js';
import { revert, type Revert } from './revert.js';
import type { Shown, Told } from './told.js';
import { whoSaw, type WhoSawQuery } from './who-saw.js';

/**
 * What can be asked of sealed entries. The pages follow `id`, the time of occurrence; an entry that was sealed late can still appear behind a
 * cursor. Those of one record (`resource` with an id) follow its chain: what was done to it is in the order in which it was done,
 * also where a clock went back, and nothing appears behind a cursor.
 *
 * Every question costs 10,000 entries at most, and its answer says where it stopped. All reject with an AuditError: `AUDIT_QUERY_INVALID`
 * or `AUDIT_CURSOR_INVALID`; `AUDIT_SCHEMA_MISSING`, `AUDIT_PRIVILEGE_MISSING`, `AUDIT_QUERY_TIMEOUT` or `AUDIT_CONNECTION_LOST`.
 */
export abstract class Questions {
  protected abstract answer<T>(
    kind: string,
    conditions: Told,
    work: (asking: Asking) => Promise<T>,
    shown: (answer: T, asking: Asking) => Shown | Promise<Shown>,
    cursor?: string,
  ): Promise<T>;

  async find(query: AuditQuery = {}): Promise<AuditPage> {
    const question = asked(query);
    return await this.#pages('find', question, (asking) => find(asking, question));
  }

  /** How many entries there are: exact up to 10,000, and up to 10,000 entries that had to be looked at. */
  async count(conditions: AuditConditions = {}): Promise<EntryCount> {
    const question = asked(conditions);
    return await this.answer('count', question, (asking) => count(asking, question), async ({ count: n }, asking) => ({ count: n, tenants: await tenantsOf(asking, question) })); // prettier-ignore
  }

  /** Everything that happened to one record, in the order of its chain. */
  async history(resource: Resource, query: Omit<AuditQuery, 'resource' | 'order'> = {}): Promise<AuditPage> {
    const question: AuditQuery = { ...asked(query, ['resource', 'order']), resource: askedRecord(resource, INVOICE), order: 'oldest' }; // prettier-ignore
    return await this.#pages('history', question, (asking) => find(asking, question));
  }

  /** Every entry of one unit of work (a request with its writes), oldest first. */
  async group(group: string, query: Omit<AuditQuery, 'group' | 'order'> = {}): Promise<AuditPage> {
    if (!isUuid(group)) throw invalid('group must be a UUID');
    const question: AuditQuery = { ...asked(query, ['group', 'order']), group, order: 'oldest' };
    return await this.#pages('group', question, (asking) => find(asking, question));
  }

  /** `undefined`: there is none. */
  async entry(id: string, where: Where = {}): Promise<AuditEntry | undefined> {
    const of = asked(where);
    return await this.answer('entry', { ...of, id }, (asking) => entryOf(asking, id, of), (entry) => shownEntries(entry ? [entry] : [])); // prettier-ignore
  }

  /** The entries beside one in its chain. @param each of either side, 1–250 */
  async around(id: string, each = 10, where: Where = {}): Promise<EntriesAround | undefined> {
    const of = asked(where);
    return await this.answer('around', { ...of, id, each }, (asking) => around(asking, id, each, of), (near) => shownEntries(near ? [...near.before, near.entry, ...near.after] : [])); // prettier-ignore
  }

  /** What the log knows of a record at a moment. */
  async asOf(resource: Resource, at: Date, where: Where = {}): Promise<RecordState> {
    const [of, record, to] = [asked(where, BY_RECORD), askedRecord(resource, INVOICE), askedMoment(at)];
    return await this.answer('asOf', { ...of, resource: record, to }, (asking) => asOf(asking, record, to, of), ({ entry }) => shownEntries(entry ? [entry] : [])); // prettier-ignore
  }

  /** Which fields of a record differ between two moments. */
  async difference(resource: Resource, from: Date, to: Date, where: Where = {}): Promise<RecordDifference> {
    const [of, record, moments] = [asked(where, BY_RECORD), askedRecord(resource, INVOICE), [askedMoment(from), askedMoment(to)] as const]; // prettier-ignore
    return await this.answer('difference', { ...of, resource: record, from: moments[0], to: moments[1] }, (asking) => difference(asking, record, moments, of), (found) => shownEntries([found.from.entry, found.to.entry])); // prettier-ignore
  }

  /** The Prisma call that would undo a change, as text; it is never run. `undefined`: there is no such entry. */
  async revert(id: string, where: Where = {}): Promise<Revert | undefined> {
    const of = asked(where);
    const work = async (asking: Asking): Promise<Revert | undefined> => {
      const entry = await entryOf(asking, id, of);
      return entry && revert(asking, entry);
    };
    return await this.answer('revert', { ...of, id }, work, (found) => shownEntries([found?.entry]));
  }

  /** Reads of one record: audited ones, and what `dataAccess()` told. */
  async whoSaw(resource: Resource, query: WhoSawQuery = {}): Promise<AuditPage> {
    const [of, record] = [
      asked(query, ['resource', 'action', 'mark']),
      askedRecord(resource, { type: 'Patient', id: 7 }),
    ];
    return await this.#pages('whoSaw', { ...of, resource: record }, (asking) => whoSaw(asking, record, of));
  }

  /** Failed logins and denials of a window, by actor or address; who has fewer than `atLeast` is left out. */
  async failures(question: FailuresQuestion): Promise<FailureGroups> {
    const said = asked(question ?? {});
    const { tenant, allTenants, to, by, within, atLeast } = said;
    const window = { ...said, to: to ?? new Date() };
    const conditions = { tenant, allTenants, to, failures: true, by, within, atLeast };
    return await this.answer('failures', conditions, (asking) => failures(asking, window), async ({ groups }, asking) => ({ count: groups.length, tenants: await tenantsOf(asking, failuresOf(window), true) })); // prettier-ignore
  }

  /** How entries lie over the hours of the day, by action. */
  async pattern(question: PatternQuestion = {}): Promise<AccessPattern> {
    const said = asked(question);
    const { zone: _, ...conditions } = said;
    return await this.answer('pattern', said, (asking) => pattern(asking, said), async ({ cells }, asking) => ({ count: cells.length, tenants: await tenantsOf(asking, conditions) })); // prettier-ignore
  }

  /** Which values the entries have, to narrow a question by: counted over the newest 10,000 that were looked at. */
  async facets(conditions: AuditConditions = {}): Promise<EntryFacets> {
    const question = asked(conditions);
    return await this.answer('facets', question, (asking) => facets(asking, question), async (found, asking) => ({ count: sumOf(found.outcome), tenants: await tenantsOf(asking, question) })); // prettier-ignore
  }

  /** How much happened, hour by hour, and what: of the newest 10,000 entries that were looked at. */
  async overview(conditions: AuditConditions = {}): Promise<EntryOverview> {
    const question = asked(conditions);
    return await this.answer('overview', question, (asking) => overview(asking, question), async (found, asking) => ({ count: sumOf(found.outcomes), tenants: await tenantsOf(asking, question) })); // prettier-ignore
  }

  /** What was taken out of the log, as the log itself has it: an event of that name that an application records is not among it. */
  async exports(query: Omit<AuditQuery, 'action' | 'mark' | 'source'> = {}): Promise<AuditPage> {
    const question: AuditQuery = {
      ...asked(query, ['action', 'mark', 'source']),
      action: 'audit.exported',
      source: 'read',
    };
    return await this.#pages('exports', question, (asking) => find(asking, question));
  }

  #pages(kind: string, query: AuditQuery, work: (asking: Asking) => Promise<AuditPage>): Promise<AuditPage> {
    const { cursor, back: _back, ...conditions } = query;
    return this.answer(kind, conditions, work, ({ entries }) => shownEntries(entries), cursor);
  }
}

const INVOICE: Resource = { type: 'Invoice', id: 7 };
/** What states of a record are looked up by. */
const BY_RECORD = ['resource', 'action', 'mark', 'from', 'to'];

const sumOf = (values: readonly { readonly count: number }[]): number =>
  values.reduce((sum, { count: n }) => sum + n, 0);

function shownEntries(entries: readonly (AuditEntry | undefined)[]): Shown {
  const shown = entries.filter((entry) => entry !== undefined);
  const tenants = new Map<string, number>();
  for (const { tenant } of shown) tenants.set(tenant, (tenants.get(tenant) ?? 0) + 1);
  return { count: shown.length, tenants, entries: shown };
}
