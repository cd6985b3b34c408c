import { DataSource, EntitySchema } from 'typeorm';

const Book = new EntitySchema({
  name: 'book',
  columns: {
    id: { type: Number, primary: true, generated: true },
    key: { type: String },
    title: { type: String, default: 'x' },
    n: { type: Number, default: 0 },
  },
  relations: { reviews: { type: 'one-to-many', target: 'review', inverseSide: 'book', cascade: true } },
});
const Review = new EntitySchema({
  name: 'review',
  columns: { id: { type: Number, primary: true, generated: true }, body: { type: String } },
  relations: { book: { type: 'many-to-one', target: 'book', inverseSide: 'reviews', joinColumn: { name: 'book_id' } } },
});

export async function open({ url, auditPool }) {
  const source = await new DataSource({ type: 'postgres', url, entities: [Book, Review], poolSize: 5 }).initialize();
  auditPool(source.driver.master);
  const books = source.getRepository(Book);
  return {
    close: () => source.destroy(),
    create: (key) => books.save({ key }),
    update: (key) => books.update({ key }, { n: 1 }),
    delete: (key) => books.delete({ key }),
    bulk: async (keys) => (await books.insert(keys.map((key) => ({ key })))).identifiers.length,
    transaction: (first, second) => source.transaction(async (tx) => [await first(tx), await second(tx)]),
    inTransaction: (tx, key) => tx.save(Book, { key }),
    nested: (key) => books.save({ key, reviews: [{ body: 'a' }, { body: 'b' }] }),
    raw: (text) => source.query(`${text} -- note`),
    stream: async () => {
      const runner = source.createQueryRunner();
      const read = [];
      const text = 'update book set n = n + 1 where key = any($1) returning key';
      for await (const row of await runner.stream(text, [['s1', 's2', 's3']])) read.push(row);
      await runner.release();
      return read;
    },
  };
}
