import { visible } from './visible.js';

/** Markup; nothing but this file makes one. */
export class Html {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  toString(): string {
    return this.#text;
  }
}

export type Part = Html | string | number | undefined | readonly (Html | string)[];

/** Our own markup between the values of others, which are text whatever they are. */
export function html(markup: TemplateStringsArray, ...values: readonly Part[]): Html {
  return new Html(markup.map((piece, at) => piece + (at < values.length ? inner(values[at]) : '')).join(''));
}

function inner(part: Part): string {
  if (part === undefined) return '';
  if (typeof part === 'string' || typeof part === 'number') return escaped(String(part));
  return part instanceof Html ? part.toString() : part.map((each) => inner(each)).join('');
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }; // prettier-ignore

/** What cannot be seen, or turns the direction of what follows, is written out as well. */
function escaped(text: string): string {
  return entities(visible(text));
}

function entities(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '');
}

/** Text that `visible` has been through already, in a file: it is written out once. */
export const shownText = (text: string): Html => new Html(entities(text));

/** Text of our own that is markup as it stands: a style. Never what comes from elsewhere. */
export const markup = (own: string): Html => new Html(own);
