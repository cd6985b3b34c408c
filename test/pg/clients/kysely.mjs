import { Kysely, PostgresDialect, sql } from 'kysely';
import pg from 'pg';
import Cursor from 'pg-cursor';

export function open({ url, auditPool }) {
  const pool = auditPool(new pg.Pool({ connectionString: url, max: 5 }));
  const db = new Kysely({ dialect: new PostgresDialect({ pool, cursor: Cursor }) });
  const insert = (on, key) => on.insertInto('book').values({ key }).returningAll();
  return {
    close: () => db.destroy(),
    create: (key) => insert(db, key).execute(),
    update: (key) => db.updateTable('book').set({ n: 1 }).where('key', '=', key).returningAll().execute(),
    delete: async (key) =>
      Number((await db.deleteFrom('book').where('key', '=', key).executeTakeFirst()).numDeletedRows),
    bulk: (keys) =>
      db
        .insertInto('book')
        .values(keys.map((key) => ({ key })))
        .returning('key')
        .execute(),
    transaction: (first, second) => db.transaction().execute(async (tx) => [await first(tx), await second(tx)]),
    inTransaction: (tx, key) => insert(tx, key).execute(),
    nested: (key) =>
      db.transaction().execute(async (tx) => {
        const book = await insert(tx, key).executeTakeFirstOrThrow();
        await tx
          .insertInto('review')
          .values([
            { book_id: book.id, body: 'a' },
            { book_id: book.id, body: 'b' },
          ])
          .execute();
        return book;
      }),
    raw: (text) =>
      sql
        .raw(`${text} -- note`)
        .execute(db)
        .then(({ rows }) => rows),
    stream: async () => {
      const read = [];
      for await (const row of db
        .updateTable('book')
        .set((eb) => ({ n: eb('n', '+', 1) }))
        .where('key', 'in', ['s1', 's2', 's3'])
        .returning('key')
        .stream(2))
        read.push(row);
      return read;
    },
    lazy: (key) => {
      const query = insert(db, key);
      return () => query.execute();
    },
  };
}
