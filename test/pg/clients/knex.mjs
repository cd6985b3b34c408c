import knex from 'knex';

export function open({ url, auditClient }) {
  const db = knex({
    client: 'pg',
    connection: url,
    pool: { min: 0, max: 5, afterCreate: (client, done) => done(undefined, auditClient(client)) },
  });
  return {
    close: () => db.destroy(),
    create: (key) => db('book').insert({ key }).returning('*'),
    update: (key) => db('book').where({ key }).update({ n: 1 }).returning('*'),
    delete: (key) => db('book').where({ key }).delete(),
    bulk: (keys) =>
      db('book')
        .insert(keys.map((key) => ({ key })))
        .returning('key'),
    transaction: (first, second) => db.transaction(async (tx) => [await first(tx), await second(tx)]),
    inTransaction: (tx, key) => tx('book').insert({ key }).returning('*'),
    nested: (key) =>
      db.transaction(async (tx) => {
        const [book] = await tx('book').insert({ key }).returning('*');
        await tx.transaction((inner) =>
          inner('review').insert([
            { book_id: book.id, body: 'a' },
            { book_id: book.id, body: 'b' },
          ]),
        );
        return book;
      }),
    raw: async (text) => (await db.raw(`${text} -- note`)).command,
    stream: async () => {
      const read = [];
      for await (const row of db('book')
        .whereIn('key', ['s1', 's2', 's3'])
        .update({ n: db.raw('n + 1') })
        .returning('key')
        .stream())
        read.push(row);
      return read;
    },
    lazy: (key) => {
      const query = db('book').insert({ key }).returning('*');
      return () => query;
    },
  };
}
