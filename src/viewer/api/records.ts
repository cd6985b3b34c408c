import type { Resource } from '../../event/types.js';
import type { RecordState } from '../../query/record-state.js';
import { jsonText, json, type Asked, type Answering } from '../asked.js';
import { queryOf, timeOf, whereOf } from '../conditions.js';
import { wrong } from '../refused.js';
import { alone, withEntries } from '../shown-entries.js';
import { pageOf } from './entries.js';

/** A record is named by the path, or by `type` and `id` where its id is no segment of one (`..`). */
const OWN = ['type', 'id'];

export const history: Answering = async ({ reader, params, query }) => {
  const { order: _order, resource: _resource, ...asked } = queryOf(query, OWN);
  return pageOf(await reader.history(recordOf({ params, query }), asked));
};

/** Who looked at it. */
export const reads: Answering = async ({ reader, params, query }) => {
  const { resource: _resource, action: _action, mark: _mark, ...asked } = queryOf(query, OWN);
  return pageOf(await reader.whoSaw(recordOf({ params, query }), asked));
};

export const state: Answering = async ({ reader, params, query }) => {
  const at = timeOf('at', query.get('at'));
  return jsonText(stateText(await reader.asOf(recordOf({ params, query }), at, whereOf(query, [...OWN, 'at']))));
};

export const difference: Answering = async ({ reader, params, query }) => {
  const [from, to] = [timeOf('from', query.get('from')), timeOf('to', query.get('to'))];
  const where = whereOf(query, [...OWN, 'from', 'to']);
  const { changes, ...sides } = await reader.difference(recordOf({ params, query }), from, to, where);
  return jsonText(withEntries({ changes }, { from: stateText(sides.from), to: stateText(sides.to) }));
};

export const revert: Answering = async ({ reader, params, query }) => {
  const found = await reader.revert(params['id'] ?? '', whereOf(query));
  return json(
    found === undefined
      ? { why: 'there is no such entry, or you may not see it' }
      : { text: found.call, why: found.refused },
  );
};

function stateText({ entry, ...rest }: RecordState): string {
  return withEntries({ ...rest }, entry === undefined ? {} : { entry: alone(entry) });
}

function recordOf({ params, query }: Pick<Asked, 'params' | 'query'>): Resource {
  const [type, id] = [params['type'] ?? query.get('type'), params['id'] ?? query.get('id')];
  if (type === null || id === null || type === '') throw wrong('name a record: type and id');
  return { type, id };
}
