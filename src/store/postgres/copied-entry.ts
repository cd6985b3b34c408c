import { CopiedRow } from './copied-row.js';
import { isBeyond, LARGE_BYTES } from './log-records.js';
import { COPIED, type Key } from './log-sql.js';

/** As `String(null)`: a column that is never null in the log as the package makes it. */
const some = (text: string | null): string => text ?? 'null';

/** Reads the rows of `copied`. */
export class EntryReader {
  readonly #row = new CopiedRow();
  readonly #columns: number;
  /** Of the row that was read last. */
  key: Key = { chain: 0, seq: 0 };

  constructor(content: boolean) {
    this.#columns = content ? COPIED.content : COPIED.headers;
  }

  /** @returns the entry, and whether sections were left out for their size; `undefined`: the end */
  read(bytes: Buffer) {
    const row = this.#row;
    if (!row.begin(bytes, this.#columns)) return undefined;
    // In the order of the columns.
    const [chain, seq] = [row.integer(), row.integer()];
    this.key = { chain, seq: Number.isSafeInteger(seq) ? seq : row.exactInteger() };
    const entry = {
      chain,
      seq,
      pos: row.integer(),
      sealedAt: row.time(),
      occurredAt: row.time(),
      id: some(row.text()),
      hash: some(row.hex()),
      tenant: some(row.text()),
      actorId: row.text(),
      action: some(row.text()),
      resourceType: row.text(),
      resourceId: row.text(),
      outcome: some(row.text()),
      requestId: row.text(),
      group: row.text(),
      body: some(row.text()),
    };
    if (this.#columns === COPIED.headers) return { ...entry, content: undefined };
    return { ...entry, content: row.isTrue() ? contentOf(row) : null };
  }
}

export type CopiedEntry = NonNullable<ReturnType<EntryReader['read']>>;

function contentOf(row: CopiedRow) {
  const content = {
    xid: some(row.text()),
    at: row.bodyTime(),
    source: some(row.text()),
    op: row.text(),
    model: row.text(),
    resourceId: row.text(),
    group: row.text(),
    tenant: row.text(),
    header: row.text(),
    flags: row.text(),
    saltActor: row.hex(),
    saltData: row.hex(),
  };
  const [actorBytes, dataBytes] = [row.integer(), row.integer()];
  return {
    ...content,
    tooLarge: isBeyond(actorBytes) || isBeyond(dataBytes),
    /** Its sections did not come with it. */
    isLarge: actorBytes > LARGE_BYTES || dataBytes > LARGE_BYTES,
    actor: row.bytes(),
    data: row.text(),
  };
}
