/**
 * Resolves when all that was printed so far has been taken. A report that nobody could read is no report: whoever says a verdict by
 * an exit code says it after this.
 * @throws the error of the stream (nobody reads any more, no space left)
 */
export function written(): Promise<void> {
  return new Promise((resolve, reject) => {
    process.stdout.write('', (error) => (error ? reject(error) : resolve()));
  });
}
