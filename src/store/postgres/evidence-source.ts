import { NOTE_LIMITS } from '../../chain/note.js';
import { REGISTRY_SECTION_BYTES, type ToldSize } from '../../chain/registry.js';
import type { Row } from './log-records.js';

type Rows = (text: string, values?: unknown[]) => Promise<Row[]>;

/** Rows of a page; and of what they have together, no more than this and one row. */
const AT_ONCE = 5_000;
const PAGE_BYTES = 8 * 1024 * 1024;

/** Rows of `rows`, ascending by their key, as many as fit. Whatever type somebody gave a column: what it has as a text counts. */
const page = (rows: string, key: string, bytes: string): string => `
select * from (select t.*, sum(${bytes}) over (order by t.${key} rows between unbounded preceding and 1 preceding) as before from (${rows} order by ${key} limit ${AT_ONCE}) t) page
 where coalesce(before, 0) < ${PAGE_BYTES} order by ${key}`;

/** A note of more than 128 KiB is none, and is not fetched. */
const CHECKPOINTS = page(
  `select size, case when octet_length(note) <= ${NOTE_LIMITS.bytes} then note else '' end as note from "audit".checkpoint where size > $1`,
  'size',
  'octet_length(t.note) + octet_length(t.size::text)',
);

const HEADS = page(
  `select chain, size from "audit".head where chain > $1`,
  'chain',
  'octet_length(t.chain::text) + octet_length(t.size::text)',
);

/** A key is handed over once a year. What is more was written to hide something, and is no longer read: nothing is verified then. */
const MOST_CONTROLS = 20_000;

/** Without the data of one that is longer than a sealer writes. Few, found by their index and put in order then. */
const CONTROLS = page(
  `with found as materialized (
     select e.seq, e.action, e.pos from "audit".entry e
      where e.tenant_key = 'audit:registry' and e.action in ('key.rotated', 'restore.declared') and e.chain = 0 and e.seq > $1)
   select e.seq, e.action, case when octet_length(c.data) <= ${REGISTRY_SECTION_BYTES} then c.data end as data
     from found e join "audit".content c on c.pos = e.pos where c.data is not null`,
  'seq',
  `coalesce(octet_length(t.data), 0) + octet_length(t.seq::text)`,
);

/** What the verifier reads beside chains and entries, in the snapshot of its caller. */
export class PostgresEvidenceSource {
  readonly #rows: Rows;

  constructor(rows: Rows) {
    this.#rows = rows;
  }

  async *checkpoints() {
    for await (const rows of this.#pages(CHECKPOINTS, -1))
      yield rows.map(([size, note]) => ({ size: Number(size), note: String(note) }));
  }

  async *heads(): AsyncGenerator<readonly ToldSize[]> {
    for await (const rows of this.#pages(HEADS, -2_147_483_648))
      yield rows.map(([chain, size]) => [Number(chain), Number(size)] as const);
  }

  async *controls() {
    let count = 0;
    for await (const rows of this.#pages(CONTROLS, '-9223372036854775808')) {
      count += rows.length;
      if (count > MOST_CONTROLS)
        throw new Error(`the registry has more than ${MOST_CONTROLS} entries that hand over a key or declare a restore`); // prettier-ignore
      yield rows.map(([seq, action, data]) => ({
        seq: Number(seq),
        action: String(action),
        data: (data as string | null) ?? undefined,
      }));
    }
  }

  /**
   * By the key, not by an offset: a table without its index is read again and again, and ends. As the server wrote it: a number that is
   * rounded could be less than that of the row it came with, which would be read for ever.
   */
  async *#pages(text: string, before: unknown): AsyncGenerator<Row[]> {
    for (let last = before; ;) {
      const rows = await this.#rows(text, [last]);
      if (rows.length === 0) return;
      yield rows;
      last = rows.at(-1)?.[0];
    }
  }

  async isStandby() {
    return (await this.#rows('select pg_is_in_recovery()'))[0]?.[0] === true;
  }
}
