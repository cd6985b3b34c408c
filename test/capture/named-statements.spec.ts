import { createHash } from 'node:crypto';
import { PrismaPg } from '@prisma/adapter-pg';
import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import { withContext } from '../../src/context/index.js';
import { audited } from '../../src/prisma/index.js';
import { createQuickstart, PrismaClient, readContent, type Quickstart } from '../support/quickstart.js';

class AuditedClient extends audited(PrismaClient) {}

let quickstart: Quickstart;
beforeAll(async () => {
  quickstart = await createQuickstart();
});
afterAll(() => quickstart.close());

const connect = (nameOf: (sql: string) => string) =>
  quickstart.keep(
    new AuditedClient({
      adapter: new PrismaPg(
        { connectionString: quickstart.url, max: 1 },
        { statementNameGenerator: ({ sql }) => createHash('sha256').update(nameOf(sql)).digest('hex').slice(0, 40) },
      ),
    }),
  );
type Client = ReturnType<typeof connect>;

const createAs = (prisma: Client, id: string): Promise<unknown> =>
  withContext({ actor: { id } }, () => prisma.counter.create({ data: { key: id, value: 1n } }));
const owners = async (): Promise<unknown[]> =>
  (await readContent(quickstart.pool)).map(({ actor, resourceId }) => [resourceId, actor['id']]);

it('named statements are found and warned about once; each context is a statement more, and none is another’s', async () => {
  const warn = jest.spyOn(process, 'emitWarning').mockReturnValue();
  const prisma = connect((sql) => sql);
  for (const id of ['a', 'b', 'c', 'a2']) await createAs(prisma, id);
  await createAs(
    connect((sql) => sql),
    'd',
  );
  expect(warn.mock.calls).toEqual([
    [expect.stringContaining('statementNameGenerator'), { type: 'AuditWarning', code: 'AUDIT_NAMED_STATEMENTS' }],
  ]);
  warn.mockRestore();
  expect(await owners()).toEqual(['a', 'b', 'c', 'a2', 'd'].map((id) => [id, id]));
  const rows = await prisma.$queryRaw<{ n: number }[]>`
    select count(*)::int as n from pg_prepared_statements where statement like 'INSERT%'`;
  expect(rows).toEqual([{ n: 4 }]);
});

it('a name that does not see the context: the write fails, rather than be logged as somebody else’s', async () => {
  const before = (await owners()).length;
  const prisma = connect((sql) => sql.replace(/\/\*audit1:.*$/s, ''));
  await createAs(prisma, 'first');
  await expect(createAs(prisma, 'second')).rejects.toThrow(/must be unique/);
  expect((await owners()).slice(before)).toEqual([['first', 'first']]);
});
