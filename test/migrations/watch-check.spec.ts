import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { checkWatch, reconcileTriggers } from '../../src/store/postgres/index.js';
import { createLog, type TestLog } from '../support/log.js';

let log: TestLog;
beforeAll(async () => {
  log = await createLog();
  await log.pool.query('create table note (id int primary key); create table other (id int primary key)');
});
afterAll(() => log.close());

const check = async (): Promise<unknown> => {
  const { state, message, remedy } = await checkWatch(log.pool, 'audit');
  return [state, message.replace(/\d{4}-\S+Z/, 'TIME'), remedy?.split(':')[0]];
};

// One story: each step finds what the one before has left.
it.each<[string, string, [string, string, string | undefined]]>([
  ['nobody has looked', 'select 1', ['warn', 'nobody has looked at the capture triggers yet, so a change of them would not be noticed', 'run "nestjs-prisma-audit migrate"']],
  ['all is well', 'select audit.watch_coverage()', ['ok', 'the capture triggers are as they were at the last look, TIME', undefined]],
  ['a table was renamed', 'alter table other rename to another', ['ok', 'the capture triggers are as they were at the last look, TIME', undefined]],
  ['triggers were changed', 'alter table note disable trigger user; alter table note enable trigger user', ['warn', 'the capture triggers of public.note were changed since TIME; the next look of a sealer seals it', 'find out who did it; "nestjs-prisma-audit migrate" puts them right']],
  ['that was seen', 'select audit.watch_coverage()', ['ok', 'the capture triggers are as they were at the last look, TIME', undefined]],
  ['a sealer is alive and does not look', `update audit.coverage set looked_at = now() - interval '1 hour'; update audit.sealer set lease_ms = 3600000, lease_until = now() + interval '1 hour'`, ['fail', 'a sealer is alive, but nobody has looked at the capture triggers since TIME', 'its role needs EXECUTE on "audit".watch_coverage(boolean)']],
])('the watch, when %s', async (name, sql, expected) => {
  if (name === 'all is well') await reconcileTriggers(log.pool, {});
  await log.pool.query(sql);
  expect(await check()).toEqual(expected);
}); // prettier-ignore
