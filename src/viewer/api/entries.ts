import type { AuditPage } from '../../query/find.js';
import { isUuid } from '../../query/query.js';
import { json, jsonText, type Asked, type Answering } from '../asked.js';
import { conditionsOf, numberOf, queryOf, whereOf } from '../conditions.js';
import { notFound } from '../refused.js';
import type { ViewerAnswer } from '../request.js';
import { alone, list, withEntries } from '../shown-entries.js';

export const entries: Answering = async ({ reader, query }) => pageOf(await reader.find(queryOf(query)));

export const count: Answering = async ({ reader, query }) => json(await reader.count(conditionsOf(query)));

export const entry: Answering = async ({ reader, query, params }) => {
  const found = await reader.entry(idOf(params), whereOf(query));
  if (found === undefined) throw noEntry();
  return jsonText(withEntries({}, { entry: alone(found) }));
};

export const around: Answering = async ({ reader, query, params }) => {
  const each = numberOf(query, 'each', 10);
  const near = await reader.around(idOf(params), each, whereOf(query, ['each']));
  if (near === undefined) throw noEntry();
  const { before, entry: middle, after } = near;
  return jsonText(withEntries({}, { before: list(before), entry: alone(middle), after: list(after) }));
};

export const group: Answering = async ({ reader, query, params: { id = '' } }) => {
  const { order: _order, group: _group, ...asked } = queryOf(query);
  return pageOf(await reader.group(id, asked));
};

/** What happened at doors, gates and barriers. */
export const access: Answering = async ({ reader, query }) =>
  pageOf(await reader.find({ action: 'access.*', ...queryOf(query) }));

export function pageOf({ entries: found, next, previous, stoppedAt }: AuditPage): ViewerAnswer {
  return jsonText(withEntries({ next, previous, stoppedAt }, { entries: list(found) }));
}

export const noEntry = () => notFound('there is no such entry, or you may not see it');

/** No entry has what is no UUID. */
export function idOf({ id = '' }: Asked['params']): string {
  if (!isUuid(id.toLowerCase())) throw noEntry();
  return id;
}
