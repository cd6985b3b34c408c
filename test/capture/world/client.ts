/** A generated client, of whatever schema. */
export interface AnyClient {
  // The overloads of a generated client are narrower; what the programs send is one of these two.
  $transaction(work: readonly PromiseLike<unknown>[], options?: object): Promise<unknown[]>;
  $transaction<T>(work: (tx: AnyClient) => Promise<T>, options?: object): Promise<T>;
  $executeRawUnsafe(sql: string): PromiseLike<number>;
  $extends(extension: unknown): AnyClient;
  $disconnect(): Promise<void>;
}

export type AnyClientClass = new (options: object) => AnyClient;

/** A call of a model's method; lazy, like each call of a client. */
export function call(client: AnyClient, model: string, action: string, args: unknown): PromiseLike<unknown> {
  // The names come from the schema that the client was generated from.
  const delegates = client as unknown as Record<string, Record<string, (args: unknown) => PromiseLike<unknown>>>;
  const method = delegates[model]?.[action];
  if (!method) throw new Error(`the client has no ${model}.${action}`);
  return method(args);
}
