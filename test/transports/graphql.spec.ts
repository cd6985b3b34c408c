import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import { createLog, serve, type Answer, type Log, type Served } from '../nest/app.js';
import { OnApollo, OnMercurius } from './graphql-app.js';
import { printTable, Watched, whoOf, type Expected } from './table.js';

printTable();
let log: Log;
beforeAll(async () => void (log = await createLog()));
afterAll(() => log.close());

const approved = (id: string, outcome = 'success'): Expected[number] => [
  'invoice.approve',
  'ada',
  outcome,
  { resource: { type: 'Invoice', id }, details: { args: [Number(id)], status: 'APPROVED' } },
];

const CASES: Record<string, readonly [query: string, expected: Expected, headers?: Record<string, string>]> = {
  success: [
    'mutation Do { approve(id: 7) { id status } }',
    [
      [
        'invoice.approve',
        'ada',
        'success',
        { details: { call: { transport: 'graphql', operation: 'mutation', field: 'Mutation.approve', name: 'Do' } } },
      ],
    ],
  ],
  'two fields, by other names': [
    'mutation { a: approve(id: 7) { id } b: approve(id: 8) { id } }',
    [approved('7'), approved('8')],
  ],
  'a field below fails': ['mutation { approve(id: 7) { id broken } }', [approved('7', 'partial')]],
  'of two, a field below one fails': [
    'mutation { a: approve(id: 7) { id } b: approve(id: 8) { id broken } }',
    [approved('7'), approved('8', 'partial')],
  ],
  'refused by a guard that gives false': [
    'mutation { approve(id: 7) { id } }',
    [['invoice.approve', '-', 'denied', { resource: { type: 'Invoice', id: '7' } }]],
    {},
  ],
  'refused by a guard that throws': ['mutation { never { id } }', [['invoice.never', 'ada', 'denied']]],
  'refused by a pipe': [
    'mutation { number(id: "x") { id } }',
    [['invoice.number', 'ada', 'failure', { error: { code: '400' } }]],
  ],
  'without the reason it requires': [
    'mutation { remove(id: 7) { id } }',
    [['invoice.delete', 'ada', 'failure', { error: { code: '400' } }]],
  ],
  'with its reason': [
    'mutation { remove(id: 7) { id } }',
    [
      [
        'invoice.delete',
        'ada',
        'success',
        { reason: 'by request', old: { status: 'OPEN' }, new: { id: 7, status: 'DELETED' } },
      ],
    ],
    { 'x-user': 'ada', 'x-audit-reason': 'by request' },
  ],
  error: ['mutation { fail { id } }', [['invoice.fail', 'ada', 'failure', { error: { message: 'not so' } }]]],
  'one fails, the other does not': [
    'mutation { approve(id: 7) { id } fail { id } }',
    [approved('7'), ['invoice.fail', 'ada', 'failure']],
  ],
  'a resolver of the request': ['mutation { scoped { id } }', [['invoice.scoped', 'ada', 'success']]],
  '@SkipAudit': ['mutation { skipped { id } }', []],
  'nobody marked it': ['mutation { plain { id } }', [['InvoiceResolver.plain', 'ada', 'success']]],
  'a query': ['query { invoice(id: 1) { id } }', []],
};

describe.each([
  ['Apollo on Express', OnApollo, 'express'],
  ['Mercurius on Fastify', OnMercurius, 'fastify'],
] as const)('%s', (transport, app, on) => {
  let served: Served;
  const watched = new Watched(() => served);
  beforeAll(async () => {
    served = await serve(
      log.url,
      { imports: [app] },
      // Apollo's path lies outside of the prefix then.
      { on, audit: { requests: 'writes' }, prepare: (nest) => nest.setGlobalPrefix('api') },
    );
    watched.begin();
  });
  afterAll(() => served.close());
  const ask = (body: object, headers: Record<string, string> = { 'x-user': 'ada' }): Promise<Answer> =>
    served.send('POST', '/graphql', headers, JSON.stringify(body));

  it.each(Object.entries(CASES))('%s', async (ending, [query, expected, headers]) => {
    await ask({ query }, headers);
    await watched.holds(transport, ending, expected);
  });

  it('fields of one request, batched or not, are one unit of work', async () => {
    await ask([
      { query: 'mutation { approve(id: 7) { id broken } }' },
      { query: 'mutation { approve(id: 8) { id } }' },
    ]);
    const entries = await watched.holds(transport, 'batched', [approved('7', 'partial'), approved('8')]);
    expect(new Set(entries.map(({ group }) => group)).size).toBe(1);
  });

  it('a query that is not of the schema leaves the entry of its request', async () => {
    await ask({ query: 'mutation { nothing }' });
    await watched.holds(transport, 'not of the schema', [
      [on === 'express' ? 'http.unmatched' : 'graphql.create', '-', 'failure'],
    ]);
  });

  (on === 'express' ? it : it.skip)('a persisted query', async () => {
    const query = 'mutation { approve(id: 9) { id } }';
    const persistedQuery = { version: 1, sha256Hash: createHash('sha256').update(query).digest('hex') };
    await ask({ query, extensions: { persistedQuery } });
    await ask({ extensions: { persistedQuery } });
    await watched.holds(transport, 'persisted', [approved('9'), approved('9')]);
  });

  (on === 'express' ? it : it.skip)('over a socket each field is a unit of work of its own', async () => {
    const client = createClient({
      url: `${served.url.replace('http', 'ws')}/graphql`,
      webSocketImpl: class extends WebSocket {
        constructor(url: string, protocol: string) {
          super(url, protocol, { headers: { 'x-user': 'ada' } });
        }
      },
    });
    const first = (query: string): Promise<unknown> => client.iterate({ query }).next();
    await first('subscription { invoices { id } }');
    await first('mutation { approve(id: 7) { id } }');
    const entries = await watched.holds(transport, 'over a socket', [
      approved('7'),
      ['invoice.follow', 'ada', 'success', { details: { call: { operation: 'subscription' } } }],
    ]);
    expect(new Set(entries.map(({ group }) => group)).size).toBe(2);
    await client.dispose();
  });

  it('requests of a crowd keep their own actors', async () => {
    const users = Array.from({ length: 60 }, (_, i) => `u${i}`);
    await Promise.all(users.map((user) => ask({ query: 'mutation { approve(id: 7) { id } }' }, { 'x-user': user })));
    const entries = await watched.entries(60);
    expect(entries.map(whoOf).sort()).toEqual(users.sort());
  });
});
