import { PostgresEvidenceSource } from './evidence-source.js';
import { entryRecord, LARGE_BYTES, type Row } from './log-records.js';
import * as SQL from './log-sql.js';
import type { PoolClient } from './pool.js';
import { inSchema } from './schema.js';

const PAGE = 1_000;

/** Reads through cursors of one transaction: all rows that its snapshot shows, each once, in pages. */
export class PostgresLogSource {
  readonly #client: PoolClient;
  readonly #schema: string;
  readonly evidence = new PostgresEvidenceSource((text, values) => this.#rows(text, values));
  #cursors = 0;

  constructor(client: PoolClient, schema: string) {
    this.#client = client;
    this.#schema = schema;
  }

  async size() {
    return Number((await this.#rows(SQL.SIZE))[0]?.[0] ?? 0);
  }

  async *chains() {
    for await (const rows of this.#pages(SQL.CHAINS)) {
      yield rows.map(([chain, origin, tenant, size, hash, frontier]) => ({
        chain: Number(chain),
        origin: String(origin),
        tenant: String(tenant),
        size: Number(size),
        hash: String(hash),
        frontier: String(frontier),
      }));
    }
  }

  async *entries() {
    for await (const rows of this.#pages(SQL.entries(LARGE_BYTES))) {
      const records = [];
      for (const row of rows) records.push(entryRecord(row, await this.#largeSections(row)));
      yield records;
    }
  }

  async count() {
    return Number((await this.#rows(SQL.COUNT))[0]?.[0]);
  }

  async doubles() {
    const kept = new Set((await this.#rows(SQL.UNIQUE_INDEXES)).map(([column]) => String(column)));
    // What the server itself keeps unique need not be counted.
    const of = async (column: 'pos' | 'id'): Promise<Row[]> =>
      kept.has(column) ? [] : await this.#rows(SQL.doubles(column));
    return {
      positions: (await of('pos')).map(([pos]) => Number(pos)),
      ids: (await of('id')).map(([id]) => String(id)),
    };
  }

  async unsealed(ageMs: number) {
    const rows = await this.#rows(SQL.UNSEALED, [ageMs]);
    return { count: Number(rows[0]?.[0] ?? 0), positions: rows.map(([, pos]) => Number(pos)) };
  }

  async latestChanges(xids: readonly string[]) {
    return new Map((await this.#rows(SQL.LATEST_CHANGES, [xids])).map(([xid, at]) => [String(xid), Number(at)]));
  }

  /** The next page is on its way while the caller works on this one. */
  async *#pages(query: string): AsyncGenerator<Row[]> {
    this.#cursors += 1;
    const name = `audit_log_${this.#cursors}`;
    await this.#client.query(inSchema(this.#schema, `declare ${name} no scroll cursor for ${query}`));
    const fetch = (): Promise<Row[]> => this.#rows(`fetch forward ${PAGE} from ${name}`);
    let rows = await fetch();
    while (rows.length > 0) {
      const next = rows.length === PAGE ? fetch() : Promise.resolve([]);
      next.catch(() => undefined); // seen when it is awaited
      yield rows;
      rows = await next;
    }
    await this.#client.query(`close ${name}`);
  }

  /** What a page leaves out, so that a page of large rows is no larger than others. */
  async #largeSections(row: Row): Promise<Row | undefined> {
    if (!(Number(row[SQL.ACTOR_BYTES]) > LARGE_BYTES) && !(Number(row[SQL.DATA_BYTES]) > LARGE_BYTES)) return undefined;
    return (await this.#rows(SQL.SECTIONS, [row[SQL.POS]]))[0];
  }

  async #rows(text: string, values: unknown[] = []): Promise<Row[]> {
    return (await this.#client.query<unknown[]>({ text: inSchema(this.#schema, text), values, rowMode: 'array' })).rows;
  }
}
