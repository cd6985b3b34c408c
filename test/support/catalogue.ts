import { readFileSync } from 'node:fs';
import type { PathLike } from 'node:fs';
import type pg from 'pg';
import type { CatalogueModel } from '../../src/event/catalogue.js';
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

/** A catalogue that knows the tables of the schema `public` as they are, each as a model of its name. */
export async function catalogueOfDatabase(pool: pg.Pool): Promise<Catalogue> {
  const { rows } = await pool.query<{ name: string; columns: string[]; key: string[] | null }>(
    `select c.relname as name, array_agg(a.attname::text order by a.attnum) as columns,
            (select array_agg(k.attname::text order by k.attnum) from pg_index i join pg_attribute k on k.attrelid = i.indexrelid where i.indrelid = c.oid and i.indisprimary) as key
       from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
      where c.relnamespace = 'public'::regnamespace and c.relkind = 'r' group by c.oid, c.relname`,
  );
  const models: Record<string, CatalogueModel> = {};
  for (const { name, columns, key } of rows) {
    const fields = Object.fromEntries(columns.map((column) => [column, { column, type: 'String', kind: 'scalar' as const }])); // prettier-ignore
    models[name] = { table: name, id: key ?? [], uniques: [], fields, relations: {} };
  }
  return { version: 1, checksum: '', models, enums: {} };
}
