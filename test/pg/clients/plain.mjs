import { once } from 'node:events';
import { pipeline } from 'node:stream/promises';
import { Readable } from 'node:stream';
import pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import Cursor from 'pg-cursor';
import QueryStream from 'pg-query-stream';

const INSERT = 'insert into book (key) values ($1) returning *';

/** As Prisma 8's driver has it: the statement is parsed once for each connection, and its submit() is the object's own. */
class NamedCursor extends Cursor {
  constructor(name, text, values) {
    super(text, values);
    this.name = name;
    this.submit = (connection) => this.submitNamed(connection);
  }

  submitNamed(connection) {
    this.state = 'submitted';
    this.connection = connection;
    this._portal = `of ${this.name}`;
    if (!connection.parsedStatements[this.name])
      connection.parse({ text: this.text, name: this.name, types: [] }, true);
    connection.bind({ portal: this._portal, statement: this.name, values: this.values }, true);
    connection.describe({ type: 'P', name: this._portal }, true);
    connection.flush();
    connection.once('noData', this._ifNoData);
    connection.once('rowDescription', this._rowDescription);
  }
}

/** pg itself: a pool, its clients, cursors, streams, callbacks. */
export function open({ url, auditPool }) {
  const pool = auditPool(new pg.Pool({ connectionString: url, max: 5 }));
  const rows = async (...query) => (await pool.query(...query)).rows;
  const within = async (fn) => {
    const client = await pool.connect();
    try {
      await client.query('BEGIN');
      const result = await fn(client);
      await client.query('COMMIT');
      return result;
    } catch (error) {
      await client.query('ROLLBACK');
      throw error;
    } finally {
      client.release();
    }
  };
  const lent = async (fn) => {
    const client = await pool.connect();
    try {
      return await fn(client);
    } finally {
      client.release();
    }
  };
  return {
    close: () => pool.end(),
    create: (key) => rows(INSERT, [key]),
    update: (key) => rows('update book set n = 1 where key = $1 returning *', [key]),
    delete: async (key) => (await pool.query('delete from book where key = $1', [key])).rowCount,
    bulk: (keys) => rows('insert into book (key) select unnest($1::text[]) returning key', [keys]),
    transaction: (first, second) => within(async (client) => [await first(client), await second(client)]),
    inTransaction: async (client, key) => (await client.query(INSERT, [key])).rows,
    nested: (key) =>
      within(async (client) => {
        const {
          rows: [book],
        } = await client.query(INSERT, [key]);
        await client.query('insert into review (book_id, body) values ($1, $2), ($1, $3)', [book.id, 'a', 'b']);
        return book;
      }),
    raw: async (sql) => (await pool.query(`select 1; ${sql} -- note`)).map(({ command }) => command),
    cursor: () =>
      within(async (client) => {
        const cursor = client.query(
          new Cursor('update book set n = n + 1 where key = any($1) returning key', [['s1', 's2', 's3']]),
        );
        const read = [...(await cursor.read(2)), ...(await cursor.read(2))];
        await cursor.close();
        return read;
      }),
    namedCursor: () =>
      lent(async (client) => {
        const text = 'update book set n = n + 1 where key = any($1) returning key';
        const cursor = client.query(new NamedCursor('named', text, [['s1', 's2', 's3']]));
        const read = await cursor.read(4);
        await cursor.close();
        return read;
      }),
    stream: () =>
      lent(async (client) => {
        const read = [];
        const text = 'update book set n = n + 1 where key = any($1) returning key';
        for await (const row of client.query(new QueryStream(text, [['s1', 's2', 's3']]))) read.push(row);
        return read;
      }),
    copy: (keys) =>
      lent(async (client) => {
        await pipeline(
          Readable.from(keys.map((key) => `${key}\n`)),
          client.query(copyFrom('copy book (key) from stdin')),
        );
        return keys.length;
      }),
    prepared: (key) =>
      lent(async (client) => (await client.query({ name: 'insert', text: INSERT, values: [key] })).rows),
    callback: (key) =>
      new Promise((resolve, reject) => {
        pool.connect((error, client, release) => {
          if (error) return reject(error);
          client.query('select 1', () => {
            client.query(INSERT, [key], (failure, result) => {
              release();
              if (failure) reject(failure);
              else resolve(result.rows);
            });
          });
        });
      }),
    object: (key) =>
      lent(async (client) => {
        const query = client.query(new pg.Query(INSERT, [key]));
        const [row] = await once(query, 'row');
        return row;
      }),
  };
}
