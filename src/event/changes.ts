import type { JsonObject, JsonValue } from './types.js';
import type { FieldValue } from './values.js';

export type Side = 'old' | 'new';
export type Sides<T> = { readonly [S in Side]?: T };

/** What stands for a value beyond 1 MiB. */
export interface CutValue {
  /** Of its text in UTF-8. */
  readonly bytes: number;
  /** Of the same, in hex. */
  readonly sha256: string;
}

/** One field that a change touched. A redacted one shows that it changed, never its values. */
export interface FieldChange {
  readonly field: string;
  readonly old?: FieldValue | undefined;
  readonly new?: FieldValue | undefined;
  readonly redacted?: true;
  /** Where inside of the document secrets stood, as `apiKey` or `keys.0.secret`; they may have changed as well. */
  readonly redactedInside?: readonly string[];
  /** `old` and `new` are what the mask left of them. */
  readonly masked?: true;
  /** Sides that were too large to be logged. */
  readonly cut?: Sides<CutValue>;
  /** The field is never logged; said of records that came or went. */
  readonly ignored?: true;
  /** Sides that hold a JSON null, as opposed to a database null. */
  readonly jsonNull?: readonly Side[];
  /** Sides that the field's type cannot hold (`infinity` as a Date): they are the database's text. */
  readonly asText?: readonly Side[];
}

/** What the data section says of values that are not in the images, by the name of their column. */
export interface ChangeMarks {
  /** Names, or paths inside of documents. */
  readonly redacted?: readonly string[];
  readonly redactedChanged?: readonly string[];
  readonly masked?: Sides<Readonly<Record<string, string>>>;
  readonly cut?: Sides<Readonly<Record<string, CutValue>>>;
  readonly ignored?: readonly string[];
  readonly jsonNull?: Sides<readonly string[]>;
}

/** A change whose values are JSON still. */
export type JsonFieldChange = FieldChange & {
  readonly old?: JsonValue | undefined;
  readonly new?: JsonValue | undefined;
};

type Writable<T> = { -readonly [K in keyof T]: T[K] };

const SIDES: readonly Side[] = ['old', 'new'];

/** Which fields differ between two images of a record; all of them when one image is absent. Never stored: derived. */
export function changedFields(
  before: JsonObject | undefined,
  after: JsonObject | undefined,
  marks: ChangeMarks = {},
): JsonFieldChange[] {
  const redacted = new Set(marks.redacted);
  const redactedChanged = new Set(marks.redactedChanged);
  const ignored = new Set(marks.ignored);
  const nulls = { old: new Set(marks.jsonNull?.old), new: new Set(marks.jsonNull?.new) };
  const images = { old: before, new: after };
  const whole = before === undefined || after === undefined;
  const changes: JsonFieldChange[] = [];
  const fields = fieldsOf(before, after);
  const pathsOf = pathsInside(fields, marks.redacted ?? []);
  const marked = markedIn(marks, pathsOf);
  for (const field of fields) {
    // Most fields of an update: nothing is said of them, and they are what they were.
    if (!whole && !marked.has(field) && same(own(before, field), own(after, field))) continue;
    if (ignored.has(field)) {
      if (whole) changes.push({ field, ignored: true });
      continue;
    }
    if (redacted.has(field)) {
      if (whole || redactedChanged.has(field)) changes.push({ field, redacted: true });
      continue;
    }
    const masked = own(marks.masked?.old, field) !== undefined || own(marks.masked?.new, field) !== undefined;
    const cut = sides((side) => own(marks.cut?.[side], field));
    const jsonNull = SIDES.filter((side) => nulls[side].has(field));
    const inside = pathsOf.get(field) ?? [];
    const values = sides((side) => (masked ? (own(marks.masked?.[side], field) ?? null) : own(images[side], field)));
    const changed =
      whole ||
      [field, ...inside].some((name) => redactedChanged.has(name)) ||
      jsonNull.length === 1 ||
      (!masked && (!same(values.old, values.new) || !same(cut.old, cut.new)));
    if (!changed) continue;
    const change: Writable<JsonFieldChange> = { field };
    if (before !== undefined && !cut.old) change.old = values.old;
    if (after !== undefined && !cut.new) change.new = values.new;
    if (inside.length > 0) change.redactedInside = inside.map((path) => path.slice(field.length + 1));
    if (masked) change.masked = masked;
    if (cut.old || cut.new) change.cut = cut;
    if (jsonNull.length > 0) change.jsonNull = jsonNull;
    changes.push(change);
  }
  return changes;
}

function fieldsOf(before: JsonObject = {}, after: JsonObject = {}): readonly string[] {
  const fields = Object.keys(before);
  for (const field of Object.keys(after)) if (!Object.hasOwn(before, field)) fields.push(field);
  return fields;
}

/** Fields of which anything is said. */
function markedIn(marks: ChangeMarks, pathsOf: ReadonlyMap<string, unknown>): ReadonlySet<string> {
  const marked = new Set(pathsOf.keys());
  const add = (names: Iterable<string> = []): void => {
    for (const name of names) marked.add(name);
  };
  add(marks.redacted);
  add(marks.redactedChanged);
  for (const side of SIDES) {
    add(marks.jsonNull?.[side]);
    add(Object.keys(marks.masked?.[side] ?? {}));
    add(Object.keys(marks.cut?.[side] ?? {}));
  }
  return marked;
}

/** PostgreSQL cuts a name to 63 bytes. */
const LONGEST_NAME = 63;

/** Paths by the field that they lead into, whose own name may have dots. */
function pathsInside(names: readonly string[], paths: readonly string[]): ReadonlyMap<string, string[]> {
  const inside = new Map<string, string[]>();
  if (paths.length === 0) return inside;
  const fields = new Set(names);
  for (const path of paths) {
    for (let dot = path.indexOf('.'); dot !== -1 && dot <= LONGEST_NAME; dot = path.indexOf('.', dot + 1)) {
      const field = path.slice(0, dot);
      if (!fields.has(field)) continue;
      const known = inside.get(field);
      if (known) known.push(path);
      else inside.set(field, [path]);
    }
  }
  return inside;
}

function sides<T>(of: (side: Side) => T | undefined): { old?: T; new?: T } {
  const found: { old?: T; new?: T } = {};
  const from = of('old');
  const to = of('new');
  if (from !== undefined) found.old = from;
  if (to !== undefined) found.new = to;
  return found;
}

function own<T>(image: Readonly<Record<string, T>> | undefined, field: string): T | undefined {
  return image !== undefined && Object.hasOwn(image, field) ? image[field] : undefined;
}

function same(a: unknown, b: unknown): boolean {
  return a === b || JSON.stringify(a) === JSON.stringify(b);
}
