import type { ToldSize } from '../../chain/registry.js';
import { READ_LIMITS } from '../../event/limits.js';
import type { Row } from './log-records.js';

type Rows = (text: string, values?: unknown[]) => Promise<Row[]>;

const AT_ONCE = 5_000;

/** A note of more than 128 KiB is none, and is not fetched. */
const CHECKPOINTS = `
select size, case when octet_length(note) <= 131072 then note else '' end from "audit".checkpoint where size > $1 order by size limit ${AT_ONCE}`;

const HEADS = `select chain, size from "audit".head where chain > $1 order by chain limit ${AT_ONCE}`;

/** A key is handed over once a year. What is more was written to hide something, and is no longer read: nothing is verified then. */
const MOST_CONTROLS = 20_000;

const CONTROLS = `
select e.seq, e.action, c.data from "audit".entry e join "audit".content c on c.pos = e.pos
 where e.tenant_key = 'audit:registry' and e.action in ('key.rotated', 'restore.declared') and e.chain = 0 and octet_length(c.data) <= ${READ_LIMITS.section}
 order by e.seq limit ${MOST_CONTROLS + 1}`;

/** What the verifier reads beside chains and entries, in the snapshot of its caller. */
export class PostgresEvidenceSource {
  readonly #rows: Rows;

  constructor(rows: Rows) {
    this.#rows = rows;
  }

  async *checkpoints() {
    // By the key, not by an offset: a table without its index is read again and again, and ends. As the server wrote it: a number that is
    // rounded could be less than that of the row it came with, which would be read for ever.
    for (let last: unknown = -1; ;) {
      const rows = await this.#rows(CHECKPOINTS, [last]);
      if (rows.length === 0) return;
      yield rows.map(([size, note]) => ({ size: Number(size), note: String(note) }));
      last = rows.at(-1)?.[0];
    }
  }

  async *heads(): AsyncGenerator<readonly ToldSize[]> {
    for (let last: unknown = -2_147_483_648; ;) {
      const rows = await this.#rows(HEADS, [last]);
      if (rows.length === 0) return;
      yield rows.map(([chain, size]) => [Number(chain), Number(size)] as const);
      last = rows.at(-1)?.[0];
    }
  }

  async controls() {
    const rows = await this.#rows(CONTROLS);
    if (rows.length > MOST_CONTROLS)
      throw new Error(`the registry has more than ${MOST_CONTROLS} entries that hand over a key or declare a restore`);
    return rows.map(([seq, action, data]) => ({ seq: Number(seq), action: String(action), data: String(data) }));
  }

  async isStandby() {
    return (await this.#rows('select pg_is_in_recovery()'))[0]?.[0] === true;
  }
}
