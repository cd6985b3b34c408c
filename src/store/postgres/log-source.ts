import { copyEntries } from './copied-log.js';
import { ALL_CHAINS, keyRanges, type ChainRange } from './key-ranges.js';
import { PostgresEvidenceSource } from './evidence-source.js';
import { entryRecord, LARGE_BYTES, type Row } from './log-records.js';
import * as SQL from './log-sql.js';
import type { PoolClient } from './pool.js';
import { inSchema } from './schema.js';

const PAGE = 1_000;

interface EntriesAsked {
  /** `false`: headers alone. */
  readonly content?: boolean;
  /** Of these chains what is before a number need not come. */
  readonly since?: ReadonlyMap<number, number>;
}

/** Reads in one transaction: all rows that its snapshot shows, each once, in pages. */
export class PostgresLogSource {
  readonly #client: PoolClient;
  readonly #schema: string;
  readonly evidence = new PostgresEvidenceSource((text, values) => this.#rows(text, values));
  readonly #range: ChainRange | undefined;
  #cursors = 0;

  /** @param range the chains that `chains` and `entries` read; all, where none is given */
  constructor(client: PoolClient, schema: string, range?: ChainRange) {
    this.#client = client;
    this.#schema = schema;
    this.#range = range;
  }

  /** The same, of some chains alone. */
  part(chains: ChainRange): PostgresLogSource {
    return new PostgresLogSource(this.#client, this.#schema, chains);
  }

  async size() {
    return Number((await this.#rows(SQL.SIZE))[0]?.[0] ?? 0);
  }

  async *chains() {
    for await (const rows of this.#pages(SQL.chains(this.#range))) {
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

  /** By COPY; through a cursor, slowly and all of them, where the tables are not as the package makes them. */
  async *entries({ content = true, since = new Map() }: EntriesAsked = {}) {
    if (!(await this.isCopyable())) {
      yield* this.#fetched();
      return;
    }
    await this.#client.query(SQL.PLAN.on);
    for (const range of keyRanges(this.#range ?? ALL_CHAINS, since)) yield* this.#copied({ ...range, content });
    await this.#client.query(SQL.PLAN.off);
  }

  /** Whether entries can be read in ranges, and each range in short readings. */
  async isCopyable(): Promise<boolean> {
    return (await this.#rows(SQL.IS_COPYABLE))[0]?.[0] === true;
  }

  /** By which other connections see the same, as long as this transaction lasts. */
  async exportSnapshot(): Promise<string> {
    return String((await this.#rows('select pg_export_snapshot()'))[0]?.[0]);
  }

  async *#copied(asked: Parameters<typeof copyEntries>[2]) {
    for await (const entries of copyEntries(this.#client, this.#schema, asked)) {
      for (const entry of entries) {
        if (entry.content?.isLarge !== true) continue;
        const [actor, data] = (await this.#rows(SQL.SECTIONS, [entry.pos]))[0] ?? [];
        Object.assign(entry.content, { actor, data });
      }
      yield entries;
    }
  }

  async *#fetched() {
    for await (const rows of this.#pages(SQL.entries(LARGE_BYTES, this.#range))) {
      const records = [];
      for (const row of rows) records.push(entryRecord(row, await this.#largeSections(row)));
      yield records;
    }
  }

  async count() {
    return Number((await this.#rows(SQL.COUNT))[0]?.[0]);
  }

  async projectedFrom() {
    return Number((await this.#rows(SQL.PROJECTED_FROM))[0]?.[0] ?? 0);
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
