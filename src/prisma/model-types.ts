/** What Prisma's own type of a delegate says of its model. */
// oxlint-disable-next-line typescript/no-explicit-any -- the key is a symbol of Prisma's, the rest of the payload is not read
type Payload<D> = D extends { [S: symbol]: { types: { payload: infer P extends { name: any; scalars: any } } } }
  ? P
  : never;

/** Names of the models of a client, as in its schema: `'Invoice'`, not `'invoice'`. */
export type ModelName<C> = {
  [
    // Any plain object type passes for one with symbol members; its name is then just `string`.
    K in keyof C
  ]: Payload<C[K]> extends { name: infer N extends string } ? (string extends N ? never : N) : never;
}[keyof C];

/** The scalar fields of a model: Decimal, bigint, Date, Uint8Array, JSON, enums and lists, as the client types them. */
export type Scalars<C, M extends ModelName<C>> = {
  // `fields` are those of the database: an extension's computed ones are among the scalars alone.
  [K in keyof C]: Payload<C[K]> extends { name: M; scalars: infer S }
    ? C[K] extends { fields: infer F }
      ? Pick<S, keyof S & keyof F>
      : S
    : never;
}[keyof C];
