import type { Coverage } from '../event/coverage/coverage.js';

/** What `audit.config` says of names: `models` with their `table` and `columns`. */
export type ConfiguredModels = NonNullable<Coverage['models']>;

export interface ConfiguredNames {
  readonly model: string;
  /** Fields of the client by their column, where they differ. */
  readonly fieldsOf: (column: string) => readonly string[];
}

/** What the configuration calls the model of an entry, which has that name or, from before it had one, that of its table. */
export function configuredNames(models: ConfiguredModels | undefined, type: string): ConfiguredNames | undefined {
  const all = Object.entries(models ?? {});
  const found = all.find(([name]) => name === type) ?? all.find(([, said]) => (said || undefined)?.table === type);
  if (found === undefined) return undefined;
  const [model, said] = found;
  const columns = Object.entries((said || undefined)?.columns ?? {});
  return { model, fieldsOf: (column) => columns.filter(([, of]) => of === column).map(([field]) => field) };
}
