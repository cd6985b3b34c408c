import { changedFields, type ChangeMarks, type FieldChange, type Side, type Sides } from '../event/changes.js';
import type { RecordChange } from '../event/record-change.js';
import type { JsonObject, JsonValue } from '../event/types.js';
import type { FieldValue } from '../event/values.js';
import { object, readMarks } from './marks.js';
import type { ColumnField } from './model-fields.js';
import { readSection } from './read-section.js';
import { Unread } from './unreadable.js';
import { decode, type Decoded, type PrismaValues } from './value.js';

export interface ChangeReading {
  /** Columns of the model, where a catalogue knows it. */
  readonly columns?: ReadonlyMap<string, ColumnField> | undefined;
  readonly prisma?: PrismaValues | undefined;
}

type Reading = ChangeReading & {
  readonly marks: ChangeMarks;
  readonly nulls: Readonly<Record<Side, ReadonlySet<string>>>;
  readonly documents: Readonly<Record<Side, JsonObject>>;
};

export interface ReadChanges {
  readonly changes: readonly FieldChange[];
  readonly sides: Pick<RecordChange, 'old' | 'new' | 'redacted' | 'masked' | 'cut' | 'ignored' | 'asText'>;
}

const SIDES: readonly Side[] = ['old', 'new'];

/** @param text of the data section; @param data the same, parsed with exact digits */
export function readChanges(text: string, data: JsonObject, source: ChangeReading = {}): ReadChanges {
  const marks = readMarks(data);
  const images = { old: object(data['old']), new: object(data['new']) };
  const changes = images.old || images.new ? changedFields(images.old, images.new, marks) : [];
  const nulls = { old: new Set(marks.jsonNull?.old), new: new Set(marks.jsonNull?.new) };
  const reading = { ...source, marks, nulls, documents: documentsOf(text, source) };
  return {
    changes: source.columns === undefined ? changes : changes.map((change) => readField(change, reading)),
    sides: readSides(images, reading),
  };
}

/** Documents as Prisma gives them: it parses them with JavaScript's numbers. */
function documentsOf(text: string, { columns }: ChangeReading): Record<Side, JsonObject> {
  if (![...(columns?.values() ?? [])].some(({ field }) => field.type === 'Json')) return { old: {}, new: {} };
  // What is wrong with it was noted when it was read with exact digits.
  const data = readSection(text, 'data', new Unread(), JSON.parse as (text: string) => JsonValue) ?? {};
  return { old: object(data['old']) ?? {}, new: object(data['new']) ?? {} };
}

function readField(change: FieldChange, reading: Reading): FieldChange {
  const known = reading.columns?.get(change.field);
  if (!known) return change;
  const asText: Side[] = [];
  const values: { old?: FieldValue; new?: FieldValue } = {};
  for (const side of SIDES) {
    if (!(side in change)) continue;
    // Before any catalogue the values of a change are JSON.
    const value = change[side] as JsonValue | undefined;
    const read = change.masked ? { value } : valueOf(change.field, value, side, reading);
    values[side] = 'text' in read ? read.text : read.value;
    if ('text' in read) asText.push(side);
  }
  return { ...change, ...values, field: known.name, ...(asText.length > 0 ? { asText } : {}) };
}

function valueOf(column: string, value: JsonValue | undefined, side: Side, reading: Reading): Decoded {
  const { columns, prisma, nulls, documents } = reading;
  const known = columns?.get(column);
  if (value === undefined || !known) return { value };
  if (nulls[side].has(column)) return { value: prisma ? prisma.JsonNull : null };
  const document = known.field.type === 'Json' && Object.hasOwn(documents[side], column);
  return decode(document ? (documents[side][column] as JsonValue) : value, { ...known, prisma });
}

function readSides(images: Record<Side, JsonObject | undefined>, reading: Reading): ReadChanges['sides'] {
  const { marks, columns } = reading;
  const nameOf = (column: string): string => columns?.get(column)?.name ?? column;
  const values: { [S in Side]?: Readonly<Record<string, FieldValue>> } = {};
  const asText: { [S in Side]?: Readonly<Record<string, string>> } = {};
  for (const side of SIDES) {
    const image = images[side];
    if (image === undefined) continue;
    const { masked, cut } = marks;
    const hidden = [marks.redacted, marks.ignored, keys(masked?.[side]), keys(cut?.[side])].flatMap((names) => names ?? []); // prettier-ignore
    // Nothing has another name or another value.
    if (columns === undefined && hidden.length === 0) {
      values[side] = image;
      continue;
    }
    const read = readImage(image, new Set(hidden), side, reading);
    values[side] = Object.fromEntries(read.values);
    if (read.texts.length > 0) asText[side] = Object.fromEntries(read.texts);
  }
  return {
    ...values,
    asText,
    // A path begins with its column.
    redacted: (marks.redacted ?? []).map((path) => {
      const column = columns?.has(path) ? path : (path.split('.')[0] ?? path);
      return nameOf(column) + path.slice(column.length);
    }),
    ignored: (marks.ignored ?? []).map((column) => nameOf(column)),
    masked: renamed(marks.masked, nameOf),
    cut: renamed(marks.cut, nameOf),
  };
}

function readImage(image: JsonObject, hidden: ReadonlySet<string>, side: Side, reading: Reading) {
  const values: [string, FieldValue][] = [];
  const texts: [string, string][] = [];
  for (const column of Object.keys(image)) {
    if (hidden.has(column)) continue;
    const name = reading.columns?.get(column)?.name ?? column;
    const value = valueOf(column, image[column], side, reading);
    if ('text' in value) texts.push([name, value.text]);
    else values.push([name, value.value]);
  }
  return { values, texts };
}

const keys = (values: object | undefined): readonly string[] => (values === undefined ? [] : Object.keys(values));

function renamed<T>(
  sides: Sides<Readonly<Record<string, T>>> = {},
  nameOf: (column: string) => string,
): Sides<Readonly<Record<string, T>>> {
  const both: { [S in Side]?: Readonly<Record<string, T>> } = {};
  for (const side of SIDES) {
    const values = sides[side];
    if (values !== undefined)
      both[side] = Object.fromEntries(Object.entries(values).map(([column, value]) => [nameOf(column), value]));
  }
  return both;
}
