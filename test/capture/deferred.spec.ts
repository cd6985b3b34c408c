import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { withContext } from '../../src/context/index.js';
import {
  createQuickstart,
  readContent,
  SHAPES,
  type AnyAuditedClient,
  type Quickstart,
} from '../support/quickstart.js';

/** What an application can do at the end of a transaction, in its COMMIT. */
const SQL = `
create table balance (id int primary key, total int not null default 0);
insert into balance values (1);
create function settle() returns trigger language plpgsql as $$
begin update balance set total = total + 1 where id = 1; return null; end $$;
create constraint trigger settle after insert on "User" deferrable initially deferred for each row execute function settle();`;

let quickstart: Quickstart;
let prisma: AnyAuditedClient;
beforeAll(async () => {
  quickstart = await createQuickstart({ sql: SQL });
  const [, connect] = SHAPES[0] as (typeof SHAPES)[number];
  prisma = quickstart.keep(connect(quickstart.url));
});
afterAll(() => quickstart.close());

const user = (name: string) => ({ tenantId: 't', name, passwordHash: 'x', email: `${name}@example.com` });

it('a deferred trigger’s change has the actor of its transaction, however many commit at once', async () => {
  const names = Array.from({ length: 12 }, (_, i) => `user${i}`);
  await Promise.all(
    names.map((name) =>
      withContext({ actor: { id: name } }, () =>
        prisma.$transaction(async (tx) => {
          await tx.user.create({ data: user(name) });
        }),
      ),
    ),
  );
  const changes = await readContent(quickstart.pool);
  const deferred = changes.filter(({ model }) => model === 'balance');
  expect(deferred).toHaveLength(12);
  for (const { xid, actor, flags, group } of deferred) {
    const cause = changes.find((change) => change.xid === xid && change.model === 'User');
    expect({ actor, group, flags }).toEqual({ actor: cause?.actor, group: cause?.group, flags: [] });
  }
});

it('a client whose COMMIT has no comment: that of the transaction’s last change counts, and it is flagged', async () => {
  const before = (await readContent(quickstart.pool)).length;
  const client = await quickstart.pool.connect();
  const insert = `insert into "User" ("tenantId", email, name, "passwordHash") values ('t', 'raw', 'n', 'h')`;
  const comment = `/*audit1:${'0'.repeat(31)}7${Buffer.from('{"id":"raw"}').toString('hex')}*/`;
  for (const sql of ['begin', insert + comment, 'commit']) await client.query(sql);
  client.release();
  const changes = (await readContent(quickstart.pool)).slice(before);
  expect(changes.map(({ model, actor, flags }) => [model, actor, flags])).toEqual([
    ['User', { id: 'raw' }, ['redacted']],
    ['balance', { id: 'raw' }, ['deferred']],
  ]);
});

it('without a context there is none for it either', async () => {
  const before = (await readContent(quickstart.pool)).length;
  await quickstart.pool.query(
    `insert into "User" ("tenantId", email, name, "passwordHash") values ('t', 'psql', 'n', 'h')`,
  );
  const changes = (await readContent(quickstart.pool)).slice(before);
  expect(changes.map(({ model, flags }) => [model, flags])).toEqual([
    ['User', ['no-context', 'redacted']],
    ['balance', ['no-context']],
  ]);
});

it('a single statement, whose commit has no text: the statement’s actor', async () => {
  const before = (await readContent(quickstart.pool)).length;
  await withContext({ actor: { id: 'single' } }, async () => {
    await prisma.user.create({ data: user('single') });
  });
  const changes = (await readContent(quickstart.pool)).slice(before);
  expect(changes.map(({ model, actor, flags }) => [model, actor, flags])).toEqual([
    ['User', { id: 'single', type: 'user' }, ['redacted']],
    ['balance', { id: 'single', type: 'user' }, ['deferred']],
  ]);
});
