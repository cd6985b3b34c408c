import type { Connection, PoolClient } from 'pg';

/**
 * Runs one `COPY … TO STDOUT`. Each row is handed to `onRow` when it arrives, as the bytes of its message: they are the driver's own
 * and are overwritten when that returns.
 * @returns when the server has ended the statement @throws its error, or what `onRow` threw
 */
export function copyOut(client: PoolClient, text: string, onRow: (bytes: Buffer) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    client.query(new CopyOut(text, onRow, (error) => (error === undefined ? resolve() : reject(error))));
  });
}

/** What `pg` asks of a query that it sends itself. `callback` is called once, and under this name: the driver puts its timeout there. */
class CopyOut {
  readonly #text: string;
  readonly #onRow: (bytes: Buffer) => void;
  #failed: { readonly error: unknown } | undefined;
  callback: (error?: unknown) => void;

  constructor(text: string, onRow: (bytes: Buffer) => void, callback: (error?: unknown) => void) {
    this.#text = text;
    this.#onRow = onRow;
    this.callback = callback;
  }

  submit(connection: Connection): void {
    connection.query(this.#text);
  }

  handleCopyData({ chunk }: { chunk: Buffer }): void {
    if (this.#failed !== undefined) return;
    try {
      this.#onRow(chunk);
    } catch (error) {
      this.#failed = { error }; // told at the end: the connection has to be read to there
    }
  }

  handleCommandComplete(): void {
    // the server has sent all rows; it is ready a message later
  }

  handleReadyForQuery(): void {
    if (this.#failed === undefined) this.callback();
    else this.callback(this.#failed.error);
  }

  handleError(error: unknown): void {
    this.callback(error);
  }
}
