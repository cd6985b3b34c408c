import type { CatalogueField, CatalogueModel } from '../event/catalogue.js';
import type { RecordChange } from '../event/record-change.js';
import type { Asking } from './asking.js';
import { modelName } from './model-fields.js';
import { literal, members } from './prisma-literal.js';
import type { AuditEntry } from './read-entry.js';

export interface Revert {
  readonly entry: AuditEntry;
  /** The call that would undo the change, as source text. It is never run: what has happened to the record since is not looked at. */
  readonly call?: string;
  /** Why there is no call. */
  readonly refused?: string;
}

type Side = 'old' | 'new';

/** The call for one entry. */
export function revert(asking: Asking, entry: AuditEntry): Revert {
  try {
    return { entry, call: callOf(asking, entry) };
  } catch (error) {
    if (error instanceof Refusal) return { entry, refused: error.message };
    throw error;
  }
}

class Refusal extends Error {}

function callOf(asking: Asking, entry: AuditEntry): string {
  const { change, unreadable } = entry;
  if (change === undefined) throw new Refusal('it is no change of a record whose values are in the log');
  if (unreadable?.some(({ at }) => /^data\b/.test(at))) throw new Refusal('its values cannot be read whole');
  const { catalogue } = asking.options.schema ?? {};
  const name = modelName(catalogue, change.model);
  const model = name === undefined ? undefined : catalogue?.models[name];
  if (name === undefined || model === undefined)
    throw new Refusal('the model is not in the catalogue: pass `catalogue` (or name it in audit.config), since without one values are not Prisma\'s'); // prettier-ignore
  if (model.view || model.implicit || !/^[A-Za-z]\w*$/.test(name))
    throw new Refusal('no model of the client writes this table');
  // Said of the model, not of the entry: it must not tell what has changed in a field that is hidden.
  const sees = asking.wall?.scope.fields;
  // oxlint-disable-next-line typescript/no-unnecessary-boolean-literal-compare -- what is not true is hidden
  if (sees !== undefined && !Object.keys(model.fields).every((field) => sees(name, field) === true))
    throw new Refusal('this reader does not see all fields of the model');
  const client = `prisma.${name.charAt(0).toLowerCase()}${name.slice(1)}`;
  if (change.operation === 'delete')
    return `${client}.create({ data: ${data(change, model, Object.keys(model.fields))} })`;
  const where = data(change, model, keyOf(model), 'new');
  // The name of a compound key is not known; without it only the plural takes the fields.
  const many = model.id.length > 1 ? 'Many' : '';
  if (change.operation === 'create') return `${client}.delete${many}({ where: ${where} })`;
  const changed = entry.changes.map(({ field }) => field);
  if (changed.length === 0) throw new Refusal('no field that is logged has changed');
  return `${client}.update${many}({ where: ${where}, data: ${data(change, model, changed)} })`;
}

function keyOf({ id }: CatalogueModel): readonly string[] {
  if (id.length === 0) throw new Refusal('the model has no primary key');
  return id;
}

function data(change: RecordChange, model: CatalogueModel, fields: readonly string[], side: Side = 'old'): string {
  return members(fields.map((field) => [field, valueOf(change, model.fields[field], field, side)]));
}

function valueOf(change: RecordChange, known: CatalogueField | undefined, field: string, side: Side): string {
  const why = (
    [
      ['is redacted', change.redacted.some((path) => path === field || path.startsWith(`${field}.`))],
      ['is masked', has(change.masked[side], field)],
      ['was too large to be logged', has(change.cut[side], field)],
      ['is never logged', change.ignored.includes(field)],
      ['has a value that its type in the client cannot hold', has(change.asText[side], field)],
      ['is not in the catalogue', known === undefined],
      ['was not logged', !has(change[side], field)],
    ] as const
  ).find(([, is]) => is)?.[0];
  if (why !== undefined) throw new Refusal(`${field} ${why}`);
  const text = known && literal(change[side]?.[field], known);
  if (text === undefined) throw new Refusal(`${field} has a value that its type in the client cannot hold`);
  return text;
}

const has = (values: object | undefined, field: string): boolean =>
  values !== undefined && Object.hasOwn(values, field);
