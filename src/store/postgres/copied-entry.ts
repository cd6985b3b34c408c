import { CopiedRow } from './copied-row.js';
import type { Key } from './key-ranges.js';
import { isBeyond, LARGE_BYTES } from './log-records.js';
import { COPIED } from './log-sql.js';

/** As `String(null)`: a column that is never null in the log as the package makes it. */
const some = (text: string | null): string => text ?? 'null';

/** Reads the rows of `copied`. Objects are made at once, with all their members: a copy of each costs as much as a hash. */
export class EntryReader {
  readonly #row = new CopiedRow();
  readonly #content: boolean;
  #chain = 0;
  #seq: number | bigint = 0;

  constructor(content: boolean) {
    this.#content = content;
  }

  /** Of the row that was read last. */
  get key(): Key {
    return { chain: this.#chain, seq: this.#seq };
  }

  /** @returns `undefined`: there is no row in this message */
  read(bytes: Buffer) {
    const row = this.#row;
    if (!row.begin(bytes, this.#content ? COPIED.content : COPIED.headers)) return undefined;
    const [chain, seq] = [row.integer(), row.integer()];
    this.#chain = chain;
    this.#seq = Number.isSafeInteger(seq) ? seq : row.exactInteger();
    // In the order of the columns.
    return {
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
      source: row.text(),
      actorEmail: row.text(),
      address: row.text(),
      plate: row.text(),
      subject: row.text(),
      body: some(row.text()),
      content: this.#content ? (row.isTrue() ? contentOf(row) : null) : undefined,
    };
  }
}

export type CopiedEntry = NonNullable<ReturnType<EntryReader['read']>>;

function contentOf(row: CopiedRow) {
  const [actorBytes, dataBytes] = [row.integer(), row.integer()];
  return {
    tooLarge: isBeyond(actorBytes) || isBeyond(dataBytes),
    /** Its sections did not come with it. */
    isLarge: actorBytes > LARGE_BYTES || dataBytes > LARGE_BYTES,
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
    actor: row.bytes(),
    data: row.text(),
  };
}
