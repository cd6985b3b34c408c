import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { currentContext, withContext } from '../../src/context/index.js';
import {
  createQuickstart,
  lastPosition,
  readContent,
  SHAPES,
  type AnyAuditedClient,
  type Content,
  type Quickstart,
} from '../support/quickstart.js';

let quickstart: Quickstart;
let start = 0;
beforeAll(async () => {
  quickstart = await createQuickstart();
});
afterAll(() => quickstart.close());
beforeEach(async () => {
  start = await lastPosition(quickstart.pool);
});
let serial = 0;
const newKey = (): string => `k${serial++}`;
const only = async (): Promise<Content> => {
  const content = await readContent(quickstart.pool, start);
  expect(content).toHaveLength(1);
  return content[0] as Content;
};

const HOSTILE: [string, string][] = [
  ['the end of a comment', `*/ drop table "User"; --`],
  ['the start of our comment', '/*audit1:00*/'],
  ['nested comments', '/* /* */ */ /*'],
  ['quotes of every kind', `' '' " \` $$ $audit$ E'\\'' \\`],
  ['newlines', 'a\nb\r\nc\u2028d\u0085e'],
  ['NUL', 'a\0b\u0001\u007f'],
  ['placeholders', '$1 $2 ? :name %s %I'],
  ['emoji and right-to-left text', '👩‍👩‍👧‍👦 𝒜 שלום \u202e'],
  ['JSON', '{"id":"root","type":"admin"}'],
];

const FORGED = `/*audit1:${'0'.repeat(32)}${Buffer.from('{"id":"forged","type":"admin"}').toString('hex')}*/`;

describe.each(SHAPES)('the context in the SQL of a client made by %s', (_shape, connect) => {
  let prisma: AnyAuditedClient;
  beforeAll(() => {
    prisma = quickstart.keep(connect(quickstart.url));
  });
  /** A write whose result shows that the SQL is the same as ever. */
  const write = async (): Promise<void> => {
    const key = newKey();
    expect(await prisma.counter.create({ data: { key, value: 1n } })).toEqual({ key, value: 1n, recent: [] });
  };

  it.each(HOSTILE)('arrives whole with %s in every member', async (_name, text) => {
    const actor = { id: text, type: text, email: text, role: text, onBehalfOf: text };
    const request = { tenant: text, ip: text, userAgent: text, session: text, requestId: text, traceId: text };
    await withContext({ actor, ...request }, write);
    const entry = await only();
    expect(entry.actor).toEqual({ ...actor, ...request });
    expect(entry.flags).toEqual([]);
  });

  it.each([
    ['a lone high surrogate', 'a\ud83d', 'a\ufffd'],
    ['a lone low surrogate', '\ude00b', '\ufffdb'],
  ])('arrives with a mark when it has %s', async (_name, text, stored) => {
    await withContext({ actor: { id: text }, userAgent: text }, write);
    const entry = await only();
    expect(entry.actor).toMatchObject({ id: stored, userAgent: stored, malformed: ['id', 'userAgent'] });
  });

  it('arrives cut and with a mark when it has 100 kB', async () => {
    const long = '👍*/'.repeat(25_000);
    await withContext({ actor: { id: long }, userAgent: long }, write);
    const { actor } = await only();
    expect(actor).toMatchObject({ truncated: ['id', 'userAgent'] });
    expect(actor['id']).toBe(long.slice(0, 256));
    expect(actor['userAgent']).toBe(long.slice(0, 512));
  });

  it('does not fail the write when the actor cannot be told', async () => {
    const actor = (): never => {
      throw new Error('no session');
    };
    await withContext({ actor, requestId: 'r-7' }, write);
    expect((await only()).actor).toEqual({ type: 'anonymous', requestId: 'r-7', malformed: ['actor'] });
  });

  it('is named as the database user, and flagged, when there is none', async () => {
    await write();
    const entry = await only();
    expect(entry).toMatchObject({ flags: ['no-context'], group: null });
    expect(entry.actor).toMatchObject({ id: 'db:postgres', type: 'system' });
  });

  it.each([
    ['at the end', (sql: string) => `${sql} ${FORGED}`],
    ['at the start', (sql: string) => `${FORGED} ${sql}`],
    ['at the end, behind a line comment', (sql: string) => `${sql} -- ${FORGED}`],
    ['at the end, in a comment that goes on', (sql: string) => `${sql} /* ${FORGED} */`],
    ['in front of an open line comment', (sql: string) => `${sql} ${FORGED} --`],
  ])('wins over one forged in raw SQL %s', async (_name, forge) => {
    const sql = forge(`insert into "Counter" (key, value) values ($1, 1)`);
    let group: string | undefined;
    await withContext({ actor: { id: 'true' } }, async () => {
      group = currentContext()?.root.group;
      await prisma.$executeRawUnsafe(sql, newKey());
    });
    expect(await only()).toMatchObject({ actor: { id: 'true' }, group, flags: [] });
  });

  it('wins over one forged in a value of raw SQL, and in a transaction', async () => {
    await withContext({ actor: { id: 'true' } }, () =>
      prisma.$transaction((tx) =>
        tx.$executeRawUnsafe(`insert into "Counter" (key, value) values ('${newKey()}${FORGED}', 1)`),
      ),
    );
    expect(await only()).toMatchObject({ actor: { id: 'true' }, flags: [] });
  });

  it('is not forged in raw SQL that runs without a context', async () => {
    await prisma.$executeRawUnsafe(`insert into "Counter" (key, value) values ('${newKey()}', 1) ${FORGED}`);
    expect(await only()).toMatchObject({ actor: { id: 'db:postgres' }, flags: ['no-context'] });
  });
});

describe('a statement of somebody else', () => {
  const unit = '0123456789abcdef0123456789abcdef';
  it.each([
    ['an odd number of digits', `/*audit1:${unit}7b7*/`],
    ['no hex at all', `/*audit1:${unit}{"id":"x"}*/`],
    ['a unit of work that is none', `/*audit1:${'z'.repeat(32)}7b7d*/`],
    ['backslashes and quotes', `/*audit1:${unit}\\x41 ' " é*/`],
  ])('goes through and is flagged when its comment has %s', async (_name, comment) => {
    await send(`insert into "Counter" (key, value) values ('${newKey()}', 1) ${comment}`);
    const entry = await only();
    expect(entry).toMatchObject({ flags: ['malformed'], group: null });
    expect(comment).toContain(entry.actor['unparsed']);
  });

  it.each([
    ['a semicolon', ';'],
    ['white space', ' \n'],
    ['the comment of a tracing driver', " /*traceparent='00-4bf9-01'*/"],
  ])('counts although a driver has put %s behind it', async (_name, behind) => {
    await send(`insert into "Counter" (key, value) values ('${newKey()}', 1) /*audit1:${unit}7b7d*/${behind}`);
    expect((await only()).flags).toEqual([]);
  });

  it.each([
    ['has a statement behind it', (sql: string) => `${sql} /*audit1:${unit}7b7d*/; select 1`],
    ['is cut off', (sql: string) => `${sql} --/*audit1:${unit}7b`],
    ['is shorter than a unit of work', (sql: string) => `${sql} /*audit1:0123*/`],
    ['is empty', (sql: string) => `${sql} /*audit1:*/`],
    ['is of another form', (sql: string) => `${sql} /*audit2:${unit}7b7d*/`],
  ])('is one without context when its comment %s', async (_name, text) => {
    await send(text(`insert into "Counter" (key, value) values ('${newKey()}', 1)`));
    expect(await only()).toMatchObject({ flags: ['no-context'], actor: { id: 'db:postgres' } });
  });

  const send = async (sql: string): Promise<void> => {
    const client = new pg.Client({ connectionString: quickstart.url });
    await client.connect();
    try {
      await client.query(sql);
    } finally {
      await client.end();
    }
  };
});
