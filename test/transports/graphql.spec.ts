import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { AuditEntry } from '../../src/index.js';
import { createLog, serve, type Answer, type Log, type Served } from '../nest/app.js';
import { GraphqlApp } from './graphql-app.js';

let log: Log;
let served: Served;
beforeAll(async () => {
  log = await createLog();
  served = await serve(log.url, { imports: [GraphqlApp] }, { audit: { requests: 'writes' }, prepare: (app) => app.setGlobalPrefix('api') });
});
afterAll(async () => {
  await served.close();
  await log.close();
});

let after = new Date(0);
async function entries(): Promise<readonly AuditEntry[]> {
  const found = await served.entries({ from: after });
  after = new Date(Date.now() + 1);
  await new Promise((resolve) => setTimeout(resolve, 2));
  return found;
}
const ask = (query: string, headers: Record<string, string> = { 'x-user': 'ada' }): Promise<Answer> =>
  served.send('POST', '/graphql', headers, JSON.stringify({ query }));

it('x', async () => {
  for (const query of [
    'mutation Do { approve(id: 7) { id status } }',
    'mutation { a: approve(id: 7) { id } b: approve(id: 8) { id } }',
    'mutation { approve(id: 7) { id broken } }',
    'mutation { remove(id: 7) { id } }',
    'mutation { never { id } }',
    'mutation { fail { id } }',
    'mutation { number(id: "x") { id } }',
    'mutation { skipped { id } }',
    'mutation { plain { id } }',
    'query { invoice(id: 1) { id } }',
    'query { nothing }',
  ]) {
    const answer = await ask(query);
    console.log(query, answer.status, answer.text.slice(0, 200), JSON.stringify((await entries()).map(({ action, actor, outcome, resource, reason, details, error, flags, group, old, new: n }) => ({ action, actor: actor?.['id'], outcome, resource, reason, details, error, flags, group, old, n })), null, 1));
  }
  await ask('mutation { approve(id: 7) { id } }', {});
  console.log(JSON.stringify(await entries()));
  expect(1).toBe(1);
});
