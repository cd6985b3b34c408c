import type { OverviewAnswer, StatusAnswer } from '../answers.js';
import { json, type Answering } from '../asked.js';
import { conditionsOf, numberOf } from '../conditions.js';

const DAY = 24;

/** What happened of late, and how the log itself is. Numbers of the whole database are for whoever sees all of it. */
export const overview: Answering = async ({ source, scope, reader, query }) => {
  const hours = Math.min(Math.max(numberOf(query, 'hours', DAY), 1), 3_660 * DAY);
  const asked = conditionsOf(query, ['hours']);
  const from = new Date(Math.floor((Date.now() - hours * 3_600_000) / 3_600_000 + 1) * 3_600_000);
  const found = await reader.overview({ from, ...asked });
  const { checkpoint, anchoredAt, anchors } = await source.evidence();
  const isAll = scope.tenants === 'all';
  const backlog = isAll ? await source.backlog() : undefined;
  const names = anchors.length === 0 || !isAll ? [''] : anchors;
  const answer: OverviewAnswer = {
    ...found,
    hours: found.hours.map(({ at, ...numbers }) => ({ at: at.toISOString(), ...numbers })),
    checkpoint: checkpoint && { ...(isAll ? { size: checkpoint.size } : {}), at: checkpoint.at.toISOString() },
    // The log keeps when one of them last took a checkpoint, and not which.
    ...(anchors.length === 0 && anchoredAt === null ? {} : { anchors: names.map((name) => ({ name, at: anchoredAt?.toISOString() ?? null })) }), // prettier-ignore
    ...(backlog?.unsealed == null ? {} : { unsealed: { count: backlog.unsealed, oldestMs: backlog.oldestMs } }),
    ...(backlog === undefined ? {} : { sealer: backlog.sealer }),
  };
  return json(answer);
};

/** What the last verification said. */
export const status: Answering = async ({ reader }) => {
  const verified = await reader.verified();
  return json((verified === undefined ? {} : { verified }) satisfies StatusAnswer);
};
