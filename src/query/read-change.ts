import { changedFields, type ChangeMarks, type FieldChange, type Side } from '../event/changes.js';
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
  const nulls = { old: new Set(marks.jsonNull?.old), new: new Set(marks.jsonNull?.new) };
  const reading = { ...source, marks, nulls, documents: documentsOf(text, source) };
  const changes = images.old || images.new ? changedFields(images.old, images.new, marks) : [];
  return {
    changes: changes.map((change) => readField(change, reading)),
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
  const renamed = <T>(values: Readonly<Record<string, T>> = {}): Record<string, T> =>
    Object.fromEntries(Object.entries(values).map(([column, value]) => [nameOf(column), value]));
  const read = SIDES.map((side): Partial<ReadChanges['sides']> => {
    const image = images[side];
    if (image === undefined) return {};
    const hidden = new Set([
      ...(marks.redacted ?? []),
      ...(marks.ignored ?? []),
      ...Object.keys(marks.masked?.[side] ?? {}),
      ...Object.keys(marks.cut?.[side] ?? {}),
    ]);
    const values: [string, FieldValue][] = [];
    const texts: [string, string][] = [];
    for (const column of Object.keys(image)) {
      if (hidden.has(column)) continue;
      const value = valueOf(column, image[column], side, reading);
      if ('text' in value) texts.push([nameOf(column), value.text]);
      else values.push([nameOf(column), value.value]);
    }
    return {
      [side]: Object.fromEntries(values),
      ...(texts.length > 0 ? { asText: { [side]: Object.fromEntries(texts) } } : {}),
    };
  });
  const both = <T>(
    sides: { readonly [S in Side]?: Readonly<Record<string, T>> } = {},
  ): Record<string, Record<string, T>> =>
    Object.fromEntries(SIDES.filter((side) => sides[side]).map((side) => [side, renamed(sides[side])]));
  return {
    ...read[0],
    ...read[1],
    asText: { ...read[0]?.asText, ...read[1]?.asText },
    // A path begins with its column.
    redacted: (marks.redacted ?? []).map((path) => {
      const column = columns?.has(path) ? path : (path.split('.')[0] ?? path);
      return nameOf(column) + path.slice(column.length);
    }),
    ignored: (marks.ignored ?? []).map((column) => nameOf(column)),
    masked: both(marks.masked),
    cut: both(marks.cut),
  };
}
