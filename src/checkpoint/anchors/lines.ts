/** @property hasEnd false for the last one, if no line feed follows */
export interface Line {
  readonly number: number;
  readonly text: string;
  readonly hasEnd: boolean;
}

/**
 * Cuts a stream into its lines. Memory is bounded by the longest one that is allowed.
 * @throws what `tooLong` makes of the number of a line that is longer
 */
export async function* linesOf(
  chunks: AsyncIterable<Uint8Array>,
  maxBytes: number,
  tooLong: (line: number) => Error,
): AsyncGenerator<Line> {
  let rest: Buffer[] = [];
  let length = 0;
  let number = 1;
  const add = (bytes: Buffer): void => {
    length += bytes.length;
    if (length > maxBytes) throw tooLong(number);
    rest.push(bytes);
  };
  for await (const chunk of chunks) {
    let bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    for (let end = bytes.indexOf(10); end >= 0; end = bytes.indexOf(10)) {
      add(bytes.subarray(0, end));
      yield { number, text: Buffer.concat(rest).toString(), hasEnd: true };
      [rest, length, number] = [[], 0, number + 1];
      bytes = bytes.subarray(end + 1);
    }
    add(bytes);
  }
  if (length > 0) yield { number, text: Buffer.concat(rest).toString(), hasEnd: false };
}
