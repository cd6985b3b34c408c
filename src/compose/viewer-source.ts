import type { Catalogue } from '../event/catalogue.js';
import type { ConfiguredModels } from '../query/configured-names.js';
import { deploymentOrigin } from '../store/postgres/deployment.js';
import type { Pool } from '../store/postgres/pool.js';
import type { ViewerSource } from '../viewer/port.js';
import type { CheckedOptions } from './options.js';

type Asked = Pick<ViewerSource, 'query' | 'export' | 'actions'>;

/** What the viewer of an audit stands on. @param pool of the role that reads */
export function viewerSourceOf(
  { query, export: exported, actions }: Asked,
  options: CheckedOptions,
  pool: Pool,
): ViewerSource {
  const { schema, catalogue, config, onError } = options;
  return {
    query,
    export: exported,
    actions,
    models: fieldNames(catalogue, config?.models),
    deployment: () => deploymentOrigin(pool, schema),
    onError,
  };
}

/** Fields by their columns, where they differ. */
function fieldNames(
  catalogue: Catalogue | undefined,
  configured: ConfiguredModels | undefined,
): ViewerSource['models'] {
  const known = Object.entries(catalogue?.models ?? {}).map(([model, { fields }]) => {
    const columns = Object.entries(fields).map(([name, { column }]) => [column, name] as const);
    return [model, Object.fromEntries(columns.filter(([column, name]) => column !== name))] as const;
  });
  const said = Object.entries(configured ?? {}).map(([model, given]) => {
    const columns = Object.entries((given || undefined)?.columns ?? {}).map(
      ([field, column]) => [column, field] as const,
    );
    return [model, Object.fromEntries(columns)] as const;
  });
  return Object.fromEntries([...said, ...known].filter(([, columns]) => Object.keys(columns).length > 0));
}
