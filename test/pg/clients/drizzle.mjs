import { eq, sql } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/node-postgres';
import { integer, pgTable, serial, text } from 'drizzle-orm/pg-core';
import pg from 'pg';

const book = pgTable('book', {
  id: serial().primaryKey(),
  key: text().notNull(),
  title: text().notNull().default('x'),
  n: integer().notNull().default(0),
});
const review = pgTable('review', {
  id: serial().primaryKey(),
  bookId: integer('book_id').notNull(),
  body: text().notNull(),
});

export function open({ url, auditPool }) {
  const pool = auditPool(new pg.Pool({ connectionString: url, max: 5 }));
  const db = drizzle({ client: pool });
  const prepared = db
    .insert(book)
    .values({ key: sql.placeholder('key') })
    .returning()
    .prepare('insert');
  return {
    close: () => pool.end(),
    create: (key) => db.insert(book).values({ key }).returning(),
    update: (key) => db.update(book).set({ n: 1 }).where(eq(book.key, key)).returning(),
    delete: async (key) => (await db.delete(book).where(eq(book.key, key))).rowCount,
    bulk: (keys) =>
      db
        .insert(book)
        .values(keys.map((key) => ({ key })))
        .returning({ key: book.key }),
    transaction: (first, second) => db.transaction(async (tx) => [await first(tx), await second(tx)]),
    inTransaction: (tx, key) => tx.insert(book).values({ key }).returning(),
    nested: (key) =>
      db.transaction(async (tx) => {
        const [row] = await tx.insert(book).values({ key }).returning();
        await tx.transaction((inner) =>
          inner.insert(review).values([
            { bookId: row.id, body: 'a' },
            { bookId: row.id, body: 'b' },
          ]),
        );
        return row;
      }),
    raw: async (line) => (await db.execute(sql.raw(`${line} -- note`))).command,
    prepared: (key) => prepared.execute({ key }),
    lazy: (key) => {
      const query = db.insert(book).values({ key }).returning();
      return () => query;
    },
  };
}
