import type { Catalogue, CatalogueModel, CatalogueRelation } from '../../event/catalogue.js';
import { captureArguments } from '../../event/coverage/capture-arguments.js';
import { actionsOf, type Action } from '../../event/coverage/catalogue-keys.js';
import { catalogueTables } from '../../event/coverage/catalogue-tables.js';
import type { Coverage } from '../../event/coverage/coverage.js';
import { withCatalogue } from '../../event/coverage/with-catalogue.js';
import { secretNames } from '../../event/redaction.js';

/** A foreign key that leads to a table, and what the database does to its rows on its own. */
export interface Incoming {
  /** The table that holds the key. */
  readonly from: PlannedModel;
  readonly columns: readonly string[];
  readonly references: readonly string[];
  readonly onDelete: Action;
  readonly onUpdate: Action;
}

export interface PlannedModel {
  readonly model: string;
  readonly schema: string | undefined;
  readonly table: string;
  /** Columns of the key; empty if there is none. */
  readonly key: readonly string[];
  /** What `client_change` is told, as a PostgreSQL array counted from 0; `undefined`: not audited. */
  readonly args: string | undefined;
  readonly incoming: readonly Incoming[];
}

/** The tables that the catalogue knows, as SQL names them. */
export class CapturePlan {
  readonly #models: readonly PlannedModel[];
  readonly #first: string;

  /** @throws AuditError `AUDIT_CONFIG_INVALID` as `migrate` would */
  constructor(given: Coverage & { readonly catalogue: Catalogue }) {
    const coverage = withCatalogue(given);
    const { catalogue } = given;
    this.#first = coverage.schemas?.[0] ?? 'public';
    const isSecret = secretNames(coverage.redaction);
    const tables = catalogueTables(catalogue, coverage.schemas);
    const planned = new Map<string, PlannedModel & { incoming: Incoming[] }>();
    for (const [model, known] of Object.entries(catalogue.models)) {
      const table = tables.find(({ schema, name }) => name === known.table && schema === (known.schema ?? this.#first));
      if (known.view === true || table === undefined) continue;
      const rules = coverage.models?.[model];
      const args = rules === undefined ? undefined : rules && captureArguments(table, model, rules, coverage, isSecret);
      planned.set(model, {
        model,
        schema: known.schema,
        table: known.table,
        key: table.key,
        args: args ? arrayFromZero(args) : undefined,
        incoming: [],
      });
    }
    for (const [model, known] of Object.entries(catalogue.models)) {
      const from = planned.get(model);
      if (from === undefined) continue;
      for (const relation of Object.values(known.relations)) {
        const to = planned.get(relation.model);
        if (relation.fields !== undefined && to !== undefined)
          to.incoming.push(incomingOf(from, known, relation, catalogue.models[relation.model]));
      }
    }
    this.#models = [...planned.values()];
  }

  /** A table without a schema is looked for by its name alone: where the search path leads, is not known here. */
  find(schema: string | undefined, table: string): PlannedModel | undefined {
    const named = this.#models.filter((model) => model.table === table);
    if (schema === undefined) return named.length === 1 ? named[0] : undefined;
    // Models without @@schema are in the schema of the connection, whatever its name.
    return named.find((model) => model.schema === schema) ?? named.find((model) => model.schema === undefined);
  }
}

function incomingOf(
  from: PlannedModel,
  model: CatalogueModel,
  relation: CatalogueRelation,
  to: CatalogueModel | undefined,
): Incoming {
  const { fields = [], references = [] } = relation;
  const column = (of: CatalogueModel | undefined, field: string): string => of?.fields[field]?.column ?? field;
  return {
    from,
    columns: fields.map((field) => column(model, field)),
    references: references.map((field) => column(to, field)),
    ...actionsOf(relation),
  };
}

/** `tg_argv` counts from 0, and the functions behind it do. */
function arrayFromZero(args: readonly string[]): string {
  return `[0:${args.length - 1}]={${args.map((arg) => `"${arg.replaceAll(/["\\]/g, '\\$&')}"`).join(',')}}`;
}
