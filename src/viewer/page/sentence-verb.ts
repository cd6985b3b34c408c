import { verbs } from './sentence-texts.js';

const PAST = new Map(
  verbs.split(' ').map((each) => {
    const [verb = '', past] = each.split(':');
    return [verb, past ?? regular(verb)];
  }),
);

function regular(verb: string): string {
  if (verb.endsWith('e')) return `${verb}d`;
  return /[^aeiou]y$/.test(verb) ? `${verb.slice(0, -1)}ied` : `${verb}ed`;
}

/** A verb, and its past. */
export interface Verb {
  readonly do: string;
  readonly did: string;
}

/**
 * The verb of an action that says no more than what was done to its resource: `invoice.approve` of an Invoice. Words that could be
 * something else, and actions that act upon a part of a resource, have none.
 */
export function verbOf(action: string, type: string | undefined): Verb | undefined {
  const [before, verb, ...more] = action.split('.').slice(-2);
  const did = verb === undefined ? undefined : PAST.get(verb.toLowerCase());
  if (did === undefined || type === undefined || more.length > 0) return undefined;
  return plain(before ?? '') === plain(type) ? { do: verb?.toLowerCase() ?? '', did } : undefined;
}

/** Styles of writing and the plural set aside: `invoice_items` and `InvoiceItem` are one. */
const plain = (word: string): string =>
  word
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]/gu, '')
    .replace(/s$/, '');
