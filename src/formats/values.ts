import type { AuditEntry } from '../query/read-entry.js';
import type { Followed, FormatOptions, SentValues } from './format.js';

type Given = Readonly<Record<string, unknown>>;
type IsSent = (field: string) => boolean;

/**
 * The entry with those `old` and `new` values alone that go out; everything that may hold one passes through here. Of what could not be
 * understood it does not give what stood there: that may be any value.
 */
export function sentAlone(followed: Followed, { values }: FormatOptions): Followed {
  const { entry } = followed;
  const isSent = sentOf(entry, values);
  const { old, new: after, changes, change, unreadable, ...rest } = entry as unknown as Given; // whatever it is
  const sent: Given = {
    ...rest,
    ...some('old', only(old, isSent)),
    ...some('new', only(after, isSent)),
    changes: listOf(changes).flatMap((each) => sentChange(each, isSent)),
    ...some('change', sentRecord(change, isSent)),
    ...some('unreadable', unreadable === undefined ? undefined : listOf(unreadable).map(withoutValue)),
  };
  return { ...followed, entry: sent as unknown as AuditEntry }; // what was one still is
}

/** Total: whatever is wrong with what was asked, nothing goes out. */
function sentOf(entry: AuditEntry, values: SentValues | undefined): IsSent {
  if (typeof values !== 'object' || values === null) return () => false;
  const { match, fields } = values;
  const isMatch = match === undefined || answers(() => (typeof match === 'function' ? match(entry) : isOneOf(entry.action, match))); // prettier-ignore
  if (!isMatch) return () => false;
  if (fields === undefined) return () => true;
  const model = entry.resource?.type ?? '';
  if (typeof fields === 'function') return (field) => answers(() => fields(model, field));
  const names = new Set<unknown>(Array.isArray(fields) ? fields : []);
  return (field) => names.has(field) || names.has(`${model}.${field}`);
}

function answers(ask: () => unknown): boolean {
  try {
    return ask() === true;
  } catch {
    return false;
  }
}

/** @param patterns names, or the beginning of names before a `*` */
export function isOneOf(action: string, patterns: readonly string[]): boolean {
  return patterns.some((pattern) =>
    pattern.endsWith('*') ? action.startsWith(pattern.slice(0, -1)) : action === pattern,
  );
}

/** What a change says of a field: its name and what was hidden of it; values only where they go out. */
function sentChange(change: unknown, isSent: IsSent): readonly Given[] {
  const { field, redacted, redactedInside, masked, ignored, ...values } = object(change);
  if (typeof field !== 'string') return [];
  const hidden = { ...some('redacted', redacted), ...some('redactedInside', redactedInside), ...some('masked', masked), ...some('ignored', ignored) }; // prettier-ignore
  return [{ field, ...hidden, ...(isSent(field) ? values : {}) }];
}

/** A change as a whole record; only where something of it goes out. */
function sentRecord(change: unknown, isSent: IsSent): Given | undefined {
  const { old, new: after, masked, cut, asText, ...said } = object(change);
  const both = (sides: unknown): Given => {
    const { old: before, new: behind } = object(sides);
    return { ...some('old', only(before, isSent)), ...some('new', only(behind, isSent)) };
  };
  const images = both({ old, new: after });
  if (Object.keys(images).length === 0) return undefined;
  return { ...said, ...images, masked: both(masked), cut: both(cut), asText: both(asText) };
}

/** Members of an image, or of another record of fields, that go out; nothing where none does. */
function only(image: unknown, isSent: IsSent): Given | undefined {
  const members = Object.entries(object(image)).filter(([field]) => isSent(field));
  return members.length === 0 ? undefined : Object.fromEntries(members);
}

function withoutValue(each: unknown): Given {
  const { at, why, found } = object(each);
  return { at, why, ...(typeof at === 'string' && /^(body|actor|seq|sealedAt|origin)\b/.test(at) ? some('found', found) : {}) }; // prettier-ignore
}

const object = (value: unknown): Given => (typeof value === 'object' && value !== null ? (value as Given) : {});
const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
const some = (name: string, value: unknown): Given => (value === undefined ? {} : { [name]: value });
