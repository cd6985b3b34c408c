import type { ChangeMarks, CutValue, Sides } from '../event/changes.js';
import type { JsonObject, JsonValue } from '../event/types.js';

/** The marks of a data section, whatever somebody made of it: what has not the right shape is not there. */
export function readMarks(data: JsonObject): ChangeMarks {
  return {
    redacted: names(data['redacted']),
    redactedChanged: names(data['redactedChanged']),
    ignored: names(data['ignored']),
    masked: sides(data['masked'], (side) => members(side, (value) => (typeof value === 'string' ? value : undefined))),
    cut: sides(data['cut'], (side) => members(side, cutValue)),
    jsonNull: sides(data['jsonNull'], names),
  };
}

export function object(value: JsonValue | undefined): JsonObject | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined;
}

function names(value: JsonValue | undefined): string[] {
  return Array.isArray(value) ? value.filter((name) => typeof name === 'string') : [];
}

function sides<T>(value: JsonValue | undefined, read: (side: JsonValue) => T): Sides<T> {
  const given = object(value);
  const of = (side: 'old' | 'new'): Sides<T> =>
    given !== undefined && Object.hasOwn(given, side) ? { [side]: read(given[side] as JsonValue) } : {};
  return { ...of('old'), ...of('new') };
}

function members<T>(value: JsonValue, read: (value: JsonValue) => T | undefined): Record<string, T> {
  return Object.fromEntries(
    Object.entries(object(value) ?? {}).flatMap(([name, member]) => {
      const known = read(member);
      return known === undefined ? [] : [[name, known]];
    }),
  );
}

function cutValue(value: JsonValue): CutValue | undefined {
  const { bytes, sha256 } = object(value) ?? {};
  return typeof bytes === 'number' && typeof sha256 === 'string' ? { bytes, sha256 } : undefined;
}
