/**
 * What is asked for its first part before anything is sent: what is wrong with the question, or keeps it from being answered, is said by the
 * status of the answer then.
 */
export async function begun<T>(parts: AsyncIterable<T>): Promise<AsyncIterable<T>> {
  const iterator = parts[Symbol.asyncIterator]();
  let first: Promise<IteratorResult<T>> | undefined = Promise.resolve(await iterator.next());
  const rest: AsyncIterator<T> = {
    next: () => {
      const next = first ?? iterator.next();
      first = undefined;
      return next;
    },
    // Also where nobody has asked for anything: what was begun has to end.
    return: async () => (await iterator.return?.()) ?? { done: true, value: undefined },
  };
  return { [Symbol.asyncIterator]: () => rest };
}
