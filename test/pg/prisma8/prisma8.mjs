import { readFileSync } from 'node:fs';
import postgres from '@prisma/orm-postgres/runtime';
import pg from 'pg';

const contractJson = JSON.parse(readFileSync(new URL('contract.json', import.meta.url), 'utf8'));

export function open({ url, auditPool }) {
  const pool = auditPool(new pg.Pool({ connectionString: url, max: 5 }));
  const db = postgres({ contractJson, pg: pool });
  const { Book, Review } = db.orm.public;
  const insert = db.prepare({ key: 'pg/text@1' }, ({ key }) =>
    db.raw.sql`insert into book (key) values (${key}) returning id, key`
      .returnsRow({ id: 'pg/int4@1', key: 'pg/text@1' })
      .build(),
  );
  return {
    close: async () => {
      await db.close();
      await pool.end();
    },
    create: (key) => Book.create({ key }),
    update: (key) => Book.where({ key }).update({ n: 1 }),
    delete: (key) => Book.where({ key }).delete(),
    bulk: async (keys) => (await Book.createAll(keys.map((key) => ({ key })))).map(({ key }) => key),
    transaction: (first, second) => db.transaction(async (tx) => [await first(tx), await second(tx)]),
    inTransaction: (tx, key) => tx.orm.public.Book.create({ key }),
    nested: (key) => Book.create({ key, reviews: (reviews) => reviews.create([{ body: 'a' }, { body: 'b' }]) }),
    raw: () =>
      db.runtime().execute(db.raw.sql`insert into book (key) values (${'raw'}) -- note`.affectedCount().build()),
    prepared: async (key) => (await insert).query(db.runtime(), { key }),
    lazy: (key) => {
      const plan = db.sql.public.book.insert([{ key }]).returning('key').build();
      return () => db.runtime().query(plan);
    },
    stream: async () => {
      const read = [];
      const plan = db.sql.public.book
        .update({ n: 1 })
        .where((f, fns) => fns.in(f.key, ['s1', 's2', 's3']))
        .returning('key')
        .build();
      for await (const row of db.runtime().query(plan)) read.push(row);
      return read;
    },
    reviews: () => Review.all(),
  };
}
