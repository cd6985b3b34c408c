import type { JsonObject, JsonValue } from './types.js';

/** One field that a change touched. A redacted one shows that it changed, never its values. */
export interface FieldChange {
  readonly field: string;
  readonly old?: JsonValue | undefined;
  readonly new?: JsonValue | undefined;
  readonly redacted?: true;
}

/** Which fields differ between two images of a record; all of them when one image is absent. Never stored: derived. */
export function changedFields(
  before: JsonObject | undefined,
  after: JsonObject | undefined,
  redacted: readonly string[] = [],
  redactedChanged: readonly string[] = [],
): FieldChange[] {
  const hidden = new Set(redacted);
  const fields = new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})]);
  const changes: FieldChange[] = [];
  for (const field of fields) {
    if (hidden.has(field)) {
      if (before === undefined || after === undefined || redactedChanged.includes(field))
        changes.push({ field, redacted: true });
      continue;
    }
    const from = own(before, field);
    const to = own(after, field);
    if (!same(from, to)) changes.push({ field, old: from, new: to });
  }
  return changes;
}

function own(image: JsonObject | undefined, field: string): JsonValue | undefined {
  return image !== undefined && Object.hasOwn(image, field) ? image[field] : undefined;
}

function same(a: JsonValue | undefined, b: JsonValue | undefined): boolean {
  return a === b || JSON.stringify(a) === JSON.stringify(b);
}
