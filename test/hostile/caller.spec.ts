import { readFileSync } from 'node:fs';
import { inspect } from 'node:util';
import { afterAll, beforeAll, beforeEach, expect } from '@jest/globals';
import { PrismaPg } from '@prisma/adapter-pg';
import { catalogueOf } from '../../src/prisma/generator/catalogue.js';
import { audit, auditAdapter } from '../../src/prisma/index.js';
import { reset, TABLES } from '../prisma/witness.js';
import { hostile } from '../support/hostile.js';
import { AuditedClient, createQuickstart, PrismaClient, type Quickstart } from '../support/quickstart.js';
import { PROMISES } from './caller-promises.js';
import { CALLS, JSON_CALLS, JSON_VALUES } from './caller-values.js';

const SCHEMA = new URL('../../examples/quickstart/prisma/schema.prisma', import.meta.url);
const catalogue = catalogueOf([{ path: 'schema.prisma', content: readFileSync(SCHEMA, 'utf8') }]);
const config = { models: { Invoice: { reads: true }, User: { reads: true } } };

let world: Quickstart;
/** A client as the application has it without us: the mixin beside a plain one, an extension beside one that is extended by nothing. */
let bare: { plain: PrismaClient; extended: PrismaClient };
const audited: Record<string, PrismaClient> = {};
beforeAll(async () => {
  world = await createQuickstart({ coverage: false });
  const adapter = (): PrismaPg => new PrismaPg({ connectionString: world.url, max: 3 });
  const extended = (options: object): PrismaClient =>
    new PrismaClient({ adapter: auditAdapter(adapter()) }).$extends(audit(options)) as unknown as PrismaClient;
  const plain = (): PrismaClient => world.keep(new PrismaClient({ adapter: adapter() }));
  bare = { plain: plain(), extended: plain().$extends({ name: 'nothing' }) as unknown as PrismaClient };
  audited['the mixin'] = world.keep(new AuditedClient({ adapter: adapter() }));
  audited['audit()'] = world.keep(extended({}));
  audited['audited reads'] = world.keep(extended({ catalogue, config, schema: 'trail' }));
});
afterAll(() => world?.close());
beforeEach(() => reset(world.pool, false));

const EVERY_ROW = `${TABLES.map((name) => `select '${name}', t::text from "${name}" t`).join(' union all ')} order by 1, 2`;

/** All that a caller can see of a call: when it throws, what, and what it leaves in the database. */
async function outcome(run: (p: PrismaClient) => unknown, prisma: PrismaClient): Promise<object> {
  await reset(world.pool, false);
  let seen: object;
  try {
    const given = run(prisma);
    seen = await Promise.resolve(given).then(
      (value: unknown) => ({ value }),
      (error: unknown) => ({ rejects: described(error) }),
    );
  } catch (error) {
    seen = { throws: described(error) };
  }
  const { rows } = await world.pool.query({ text: EVERY_ROW, rowMode: 'array' });
  return { ...seen, rows: rows as unknown };
}

function described(error: unknown): object {
  if (!(error instanceof Error)) return { error };
  const { name, message, constructor, ...own } = error;
  const text = message
    .replace(/\d+ ms/g, 'n ms')
    .replace(/ invocation in\n[^]*?\n\n\n/, ' invocation:\n\n\n')
    .replace(/(?:→| )? *\d+ .*\n/g, '');
  return { ...(own as object), name, text, class: constructor.name };
}

async function expectSame(run: (p: PrismaClient) => unknown, clients = Object.keys(audited)): Promise<void> {
  const without = { plain: await outcome(run, bare.plain), extended: await outcome(run, bare.extended) };
  for (const name of clients) {
    const expected = name === 'the mixin' ? without.plain : without.extended;
    const seen = await outcome(run, audited[name]!);
    expect({ client: name, ...seen }).toEqual({ client: name, ...expected });
    // What is equal to the matcher may still be another thing.
    if ('value' in expected) expect(inspect(seen, { depth: 8 })).toBe(inspect(expected, { depth: 8 }));
  }
}

hostile('the caller’s own values in a document', (holds) => {
  for (const [name, make] of JSON_VALUES)
    for (const [call, run] of JSON_CALLS)
      holds(`${call}: ${name}`, () => expectSame((p) => run(p, make()), call === 'create' ? undefined : ['audited reads']), { full: call !== 'create' && call !== 'findMany' }); // prettier-ignore
});

hostile('the caller’s own arguments', (holds) => {
  for (const [name, run] of CALLS) holds(name, () => expectSame(run));
});

hostile('promises, and when a call throws', (holds) => {
  for (const [name, run] of PROMISES) holds(name, () => expectSame(run));
});
