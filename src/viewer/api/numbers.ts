import { json, type Answering } from '../asked.js';
import { conditionsOf, numberOf, timeOf, whereOf } from '../conditions.js';

export const facets: Answering = async ({ reader, query }) => json(await reader.facets(conditionsOf(query)));

/** Failed logins and denials, by who or where from. */
export const failures: Answering = async ({ reader, query }) => {
  const where = whereOf(query, ['by', 'within', 'atLeast', 'to']);
  const to = query.get('to');
  const answer = await reader.failures({
    ...where,
    by: query.get('by') as 'actor', // the reader says what there is
    within: numberOf(query, 'within', 86_400_000),
    atLeast: numberOf(query, 'atLeast', 2),
    ...(to === null ? {} : { to: timeOf('to', to) }),
  });
  return json(answer);
};

/** How entries lie over the hours of the day. */
export const pattern: Answering = async ({ reader, query }) => {
  const zone = query.get('zone');
  return json(await reader.pattern({ ...conditionsOf(query, ['zone']), ...(zone === null ? {} : { zone }) }));
};
