/**
 * Writes to standard output and resolves when it has been taken. A report that nobody could read is no report: whoever prints a
 * verdict says it by an exit code only after this.
 * @throws the error of the stream (nobody reads any more, no space left)
 */
export function writeOut(text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    process.stdout.write(text, (error) => (error ? reject(error) : resolve()));
  });
}
