import type { Catalogue, CatalogueModel } from '../../event/catalogue.js';
import { AuditError } from '../../event/errors.js';
import { nearest } from '../../event/nearest.js';
import type { Coverage } from '../../event/coverage/coverage.js';

/** A model whose reads are audited, or from which relations lead to one. */
export interface ReadModel {
  readonly name: string;
  readonly audited: boolean;
  readonly known: CatalogueModel;
  /** By field: the relations that lead to an audited model, at once or by way of others. */
  readonly ways: ReadonlyMap<string, ReadModel>;
}

/** Which reads are audited. Every model that is not in `models` cannot touch an audited one, whatever it is asked. */
export interface ReadPlan {
  readonly catalogue: Catalogue;
  readonly models: ReadonlyMap<string, ReadModel>;
}

/** What a configuration says of models. */
export type ReadRules = Pick<Coverage, 'models'>;

/** Names of the models whose reads are audited. @throws AuditError `AUDIT_CONFIG_INVALID` for a name that is no model's */
export function auditedReads({ models }: Catalogue, config: ReadRules = {}): ReadonlySet<string> {
  const said = saidBy(config);
  for (const name of said.keys()) {
    if (models[name] !== undefined && models[name].implicit !== true) continue;
    const near = nearest(name, Object.keys(models));
    throw new AuditError(
      'AUDIT_CONFIG_INVALID',
      `models.${name}.reads: the catalogue has no model ${name}${near === undefined ? '' : `; did you mean ${near}?`} Where it is new, run "prisma generate"`,
      { model: name },
    );
  }
  return new Set(
    Object.entries(models).flatMap(([name, { audit }]) => ((said.get(name) ?? audit?.reads) === true ? [name] : [])),
  );
}

/** What the configuration says of the reads of each model, where it says anything. */
export function saidBy(config: ReadRules): ReadonlyMap<string, boolean> {
  return new Map(
    Object.entries(config.models ?? {}).flatMap(([name, said]) => {
      const reads: unknown = (said || undefined)?.reads;
      if (reads === undefined) return [];
      if (typeof reads !== 'boolean')
        throw new AuditError('AUDIT_CONFIG_INVALID', `models.${name}.reads is true or false`, { model: name });
      return [[name, reads] as const];
    }),
  );
}

/** `undefined` where no model's reads are audited. */
export function readPlan(catalogue: Catalogue, audited: ReadonlySet<string>): ReadPlan | undefined {
  if (audited.size === 0) return undefined;
  const reaching = reachingModels(catalogue, audited);
  const ways = new Map([...reaching].map((name) => [name, new Map<string, ReadModel>()]));
  const models = new Map<string, ReadModel>();
  for (const name of reaching) {
    const known = catalogue.models[name];
    const own = ways.get(name);
    if (known !== undefined && own !== undefined)
      models.set(name, { name, audited: audited.has(name), known, ways: own });
  }
  for (const { known, name } of models.values()) {
    for (const [field, { model }] of Object.entries(known.relations)) {
      const to = models.get(model);
      if (to !== undefined) ways.get(name)?.set(field, to);
    }
  }
  return { catalogue, models };
}

/** The audited ones, and all from which relations lead to them. */
function reachingModels({ models }: Catalogue, audited: ReadonlySet<string>): ReadonlySet<string> {
  const found = new Set(audited);
  // Tables of implicit relations have no delegate: nobody can ask for them.
  const others = Object.entries(models).filter(([, { implicit }]) => implicit !== true);
  for (let size = -1; size !== found.size;) {
    size = found.size;
    for (const [name, { relations }] of others)
      if (Object.values(relations).some(({ model }) => found.has(model))) found.add(name);
  }
  return found;
}
