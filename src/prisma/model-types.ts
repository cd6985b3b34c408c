/** A delegate, as far as Prisma's own types tell of its model. The key is a symbol of Prisma's. */
interface Delegate<Name, Fields> {
  [S: symbol]: { types: { payload: { name: Name; scalars: Fields } } };
}

/** Names of the models of a client, as in its schema: `'Invoice'`, not `'invoice'`. */
export type ModelName<C> = {
  // Any plain object type passes for one with symbol members; its name is then just `string`.
  [K in keyof C]: C[K] extends Delegate<infer N extends string, unknown> ? (string extends N ? never : N) : never;
}[keyof C];

/** The scalar fields of a model: Decimal, bigint, Date, Uint8Array, JSON, enums and lists, as the client types them. */
export type Scalars<C, M extends ModelName<C>> = {
  [K in keyof C]: C[K] extends Delegate<infer N extends string, infer S>
    ? string extends N
      ? never
      : N extends M
        ? // `fields` are those of the database: an extension's computed ones are among the scalars alone.
          C[K] extends { fields: infer F }
          ? Pick<S, keyof S & keyof F>
          : S
        : never
    : never;
}[keyof C];
