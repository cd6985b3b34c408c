import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { PrismaPg } from '@prisma/adapter-pg';
import { withContext } from '../../src/context/index.js';
import { full } from '../support/full.js';
import {
  createQuickstart,
  PrismaClient,
  readContent,
  SHAPES,
  type ClientOptions,
  type Quickstart,
} from '../support/quickstart.js';
import { VALUES, type Call } from './calls.js';
import { ERRORS } from './failing-calls.js';
import { reset, TABLES } from './witness.js';

let plain: Quickstart;
let logged: Quickstart;
beforeAll(async () => {
  [plain, logged] = await Promise.all([createQuickstart({ coverage: false }), createQuickstart()]);
});
afterAll(() => Promise.all([plain.close(), logged.close()]));
beforeEach(() => Promise.all([reset(plain.pool, false), reset(logged.pool, false)]));

const connectPlain = ({ max = 10, ...options }: ClientOptions = {}): PrismaClient =>
  plain.keep(new PrismaClient({ ...options, adapter: new PrismaPg({ connectionString: plain.url, max }) }));

const EVERY_ROW = `${TABLES.map((name) => `select '${name}', t::text from "${name}" t`).join(' union all ')} order by 1, 2`;

/** All that a caller can see of a call, and all that is left in the database. */
async function outcome(database: Quickstart, prisma: PrismaClient, [, , run]: Call): Promise<Record<string, unknown>> {
  const seen = await run(prisma).then(
    (value) => ({ value }),
    (error: unknown) => ({ error: describeError(error as Error) }),
  );
  const { rows } = await database.pool.query({ text: EVERY_ROW, rowMode: 'array' });
  return { ...seen, rows };
}

function describeError(error: Error): Record<string, unknown> {
  const { name, constructor, message, ...own } = error;
  // The time that passed, and the excerpt of the source from where the call was made.
  const text = message.replace(/\d+ ms/g, 'n ms').replace(/ invocation in\n[^]*?\n\n\n/, ' invocation:\n\n\n');
  const meta = (own as { meta?: Record<string, unknown> }).meta;
  if (meta && 'timeTaken' in meta) meta['timeTaken'] = 'n ms';
  return { ...own, name, class: constructor, text, isError: error instanceof Error };
}

function expectEnd(seen: Record<string, unknown>, [, ends]: Call): void {
  const error = seen['error'] as { code?: string; name: string } | undefined;
  expect(error === undefined ? 'value' : (error.code ?? error.name)).toBe(ends);
}

describe.each(SHAPES)('beside a plain client, one made by %s', (form, connect) => {
  const options: [string, ClientOptions][] = [
    ['as usual', {}],
    ['with a pool of one connection', { max: 1 }],
    ['with a global omit and minimal errors', { omit: { user: { passwordHash: true } }, errorFormat: 'minimal' }],
  ];
  // Each option with each form of client is a matter of the long run.
  describe.each(full ? options : options.slice(...(form === SHAPES[0]?.[0] ? [0, 1] : [1, 2])))('%s', (_how, given) => {
    let clients: { bare: PrismaClient; audited: PrismaClient };
    beforeAll(() => {
      clients = {
        bare: connectPlain(given),
        audited: logged.keep(connect(logged.url, given)),
      };
    });

    it.each([...VALUES, ...ERRORS].map((call) => [call[0], call] as const))(
      'gives the same value or error and leaves the same rows: %s',
      async (_name, call) => {
        const expected = await outcome(plain, clients.bare, call);
        const seen = await withContext({ actor: { id: 'x' } }, () => outcome(logged, clients.audited, call));
        expect(seen).toEqual(expected);
        expectEnd(seen, call);
      },
    );
  });
});

// An extended client has no $on.
it('an audited client shows the same statements to $on("query"), with no comment of ours', async () => {
  const statements = async (client: PrismaClient): Promise<string[]> => {
    const seen: string[] = [];
    (client as PrismaClient<'query'>).$on('query', ({ query }) => seen.push(query));
    await client.user.update({ where: { id: 1 }, data: { sessions: { create: { expiresAt: new Date(0) } } } });
    await client.$transaction([client.tag.count(), client.tag.deleteMany()]);
    return seen;
  };
  const log: ClientOptions['log'] = [{ emit: 'event', level: 'query' }];
  const audited = logged.keep(SHAPES[0]![1](logged.url, { log })) as unknown as PrismaClient;
  expect(await statements(audited)).toEqual(await statements(connectPlain({ log })));
});

it('the audited ones of these calls were audited', async () => {
  expect((await readContent(logged.pool)).length).toBeGreaterThan(full ? 100 : 30);
});
