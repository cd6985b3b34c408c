/** A piece of a sentence: what is text of ours, and what is stored and so to be isolated and perhaps linked. */
export type Part =
  | { readonly kind: 'text'; readonly text: string }
  /** `id`: whose page there is. */
  | { readonly kind: 'actor'; readonly text: string; readonly id?: string | undefined }
  | { readonly kind: 'resource'; readonly text: string; readonly type: string; readonly id?: string | undefined }
  | { readonly kind: 'field' | 'word'; readonly text: string }
  /** `whole`: where `text` is a part of it. */
  | { readonly kind: 'value'; readonly text: string; readonly whole?: string | undefined };

export type Parts = readonly Part[];

export const text = (said: string): Part => ({ kind: 'text', text: said });

/** What stands in the places of a template of ours. Total: a place that is not given stays empty. */
export function fill(template: string, places: Readonly<Record<string, Parts | string | number>>): Parts {
  return joined(
    template.split(/(\{\w+\})/).map((piece): Parts => {
      const name = /^\{(\w+)\}$/.exec(piece)?.[1];
      if (name === undefined) return [text(piece)];
      const given = Object.hasOwn(places, name) ? places[name] : undefined;
      if (typeof given === 'object') return given;
      return [given === undefined ? text('') : text(typeof given === 'number' ? count(given) : given)];
    }),
  );
}

/** Texts that follow each other are one; a comma before the end, or before another mark, is none. */
export function joined(lists: readonly Parts[]): Parts {
  const parts: Part[] = [];
  for (const part of lists.flat()) {
    const last = parts.at(-1);
    if (part.kind !== 'text' || last?.kind !== 'text') {
      if (part.kind !== 'text' || part.text !== '') parts.push(part);
    } else
      parts[parts.length - 1] = text((/^[,.;:]/.test(part.text) ? last.text.replace(/,$/, '') : last.text) + part.text);
  }
  return parts;
}

/** Parts as a sentence begins and ends. What is stored is never changed for it. */
export function asSentence(parts: Parts): Parts {
  return parts.map((part, at) => {
    if (part.kind !== 'text') return part;
    const begun = at === 0 ? capital(part.text.trimStart()) : part.text;
    return text(at === parts.length - 1 ? begun.replace(/,$/, '') : begun);
  });
}

const capital = (said: string): string => said.charAt(0).toUpperCase() + said.slice(1);

export const plain = (parts: Parts): string => parts.map((part) => part.text).join('');

/** A number with its thousands apart, the same in every browser. */
export function count(n: number): string {
  return String(n).replace(/\B(?=(\d{3})+$)/g, ',');
}

/** Long text with its middle left out: what tells things apart often stands at the end. */
export function shorten(whole: string, most = 60): string {
  if (whole.length <= most) return whole;
  const head = Math.ceil((most - 1) * 0.65);
  // Not between the halves of a character.
  return `${whole.slice(0, head).replace(/[\ud800-\udbff]$/, '')}…${whole.slice(whole.length - (most - 1 - head)).replace(/^[\udc00-\udfff]/, '')}`;
}
