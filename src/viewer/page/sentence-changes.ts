import type { ShownChange, ShownEntry } from '../answers.js';
import { bytesOf } from './binary.js';
import { count, fill, joined, shorten, text, type Parts } from './fill.js';
import { saying, sentences } from './sentence-texts.js';

/** Of a change of several fields. */
const MOST_NAMED = 3;

/** Fields that the server names of an abridged entry, at least: with as many there may be others. */
const ABRIDGED_TO = 16;

/** Fields that change with every other, and say nothing. */
const BOOKKEEPING = /^(?:(?:last_?)?(?:updated|modified|changed)_?(?:at|on)|_?version|revision)$/i;

/** What an update says of its record. @param places `actor` and `resource` */
export function updateParts(entry: ShownEntry, places: Readonly<Record<string, Parts>>): Parts {
  if (entry.abridged) return fill(sentences.changedSeveral, { ...places, changes: namedParts(entry.changes) });
  const changes = telling(entry.changes);
  const [first] = changes;
  if (first === undefined)
    return fill((entry.old ?? entry.new) ? sentences.changedNothing : sentences.changedUnseen, places);
  if (changes.length > 1) return fill(sentences.changedSeveral, { ...places, changes: changesParts(changes) });
  const field: Parts = [{ kind: 'field', text: shorten(first.field) }];
  if (takesMore(first)) return fill(sentences.changedField, { ...places, field });
  if (isHidden(first)) return fill(sentences.changedHidden, { ...places, field });
  const template = isNothing(first.old)
    ? sentences.setOne
    : isNothing(first.new)
      ? sentences.clearedOne
      : sentences.changedOne;
  return fill(template, { ...places, field, old: valueParts(first.old), new: valueParts(first.new) });
}

/** `status from DRAFT to APPROVED, note and 4 more fields`. */
export function changesParts(given: readonly ShownChange[]): Parts {
  const changes = telling(given);
  const named = changes.length === MOST_NAMED + 1 ? changes : changes.slice(0, MOST_NAMED);
  const more = changes.length - named.length;
  const said: Parts[] = named.map((change) => {
    const field: Parts = [{ kind: 'field', text: shorten(change.field) }];
    if (takesMore(change)) return field;
    if (isHidden(change)) return fill(saying.hidden, { field });
    return fill(isNothing(change.old) ? saying.set : saying.change, {
      field,
      old: valueParts(change.old),
      new: valueParts(change.new),
    });
  });
  if (more > 0) said.push(fill(more === 1 ? saying.moreOne : saying.more, { count: more }));
  return listed(said);
}

/** Of an abridged entry, which has no values: `t, c0 and 18 more fields (too large to show here)`. It need not name all of its fields. */
export function namedParts(given: readonly ShownChange[]): Parts {
  const changes = telling(given);
  const named = changes.slice(0, MOST_NAMED);
  const more = changes.length - named.length;
  const said: Parts[] = named.map(({ field }) => [{ kind: 'field', text: shorten(field) }]);
  const isCut = given.length >= ABRIDGED_TO;
  if (more > 0) said.push(fill(isCut ? saying.moreOrMore : more === 1 ? saying.moreOne : saying.more, { count: more }));
  return joined([listed(said), [text(saying.tooLargeHere)]]);
}

function listed(parts: readonly Parts[]): Parts {
  return joined(
    parts.flatMap((each, at) => {
      const between = at === 0 ? '' : at === parts.length - 1 ? saying.and : saying.comma;
      return [[text(between)], each];
    }),
  );
}

function telling(changes: readonly ShownChange[]): readonly ShownChange[] {
  const others = changes.filter(({ field }) => !BOOKKEEPING.test(field));
  return others.length > 0 ? others : changes;
}

const isHidden = ({ redacted, ignored, cut }: ShownChange): boolean =>
  redacted === true || ignored === true || cut !== undefined;

/** What is in it takes more than a sentence, or did not come: its entry is too large for a list. */
const takesMore = (change: ShownChange): boolean =>
  (isDocument(change.old) && isDocument(change.new)) ||
  (change.old === undefined && change.new === undefined && !isHidden(change));

const isDocument = (value: unknown): boolean => typeof value === 'object' && value !== null;

const isNothing = (value: unknown): boolean => value === null || value === undefined;

/** A value in a sentence, in a few words. */
export function valueParts(value: unknown): Parts {
  if (isNothing(value)) return [text(saying.empty)];
  if (value === '') return [text(saying.emptyText)];
  if (Array.isArray(value)) return [text(saying.list.replace('{count}', count(value.length)))];
  if (typeof value === 'object') return [text(saying.document)];
  const bytes = bytesOf(value);
  if (bytes !== undefined) return [text(saying.bytes.replace('{count}', count(bytes)))];
  const plain = value as string | number | boolean; // what else JSON has
  const whole = String(plain);
  const said = shorten(whole);
  return [said === whole ? { kind: 'value', text: whole } : { kind: 'value', text: said, whole }];
}
