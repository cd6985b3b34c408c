import { readFileSync } from 'node:fs';
import type { PathLike } from 'node:fs';
import { catalogueOf } from '../../src/prisma/generator/catalogue.js';
import type { Catalogue } from '../../src/prisma/index.js';

/** The catalogue of a schema, with each model by the name of its table (`schema.table` outside of `first`), as triggers without a configuration name it. */
export function catalogueByTable(file: PathLike, first = 'public'): Catalogue {
  const catalogue = catalogueOf([{ path: String(file), content: readFileSync(file, 'utf8') }]);
  const nameOf = (model: string): string => {
    const known = catalogue.models[model];
    if (known === undefined) return model;
    return known.schema === undefined || known.schema === first ? known.table : `${known.schema}.${known.table}`;
  };
  const models = Object.entries(catalogue.models).map(([name, model]) => {
    const relations = Object.entries(model.relations).map(([field, relation]) => [
      field,
      { ...relation, model: nameOf(relation.model) },
    ]);
    return [nameOf(name), { ...model, relations: Object.fromEntries(relations) }];
  });
  return { ...catalogue, models: Object.fromEntries(models) };
}
