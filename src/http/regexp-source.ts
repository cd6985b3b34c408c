/** A part of a regular expression, as far as a path can be told from it. */
export type Part =
  | { readonly is: 'text'; readonly text: string }
  /** Something that only the path knows; `open`: of any length, and slashes too. */
  | { readonly is: 'any'; readonly open: boolean }
  | Choice;

export interface Choice {
  readonly is: 'choice';
  /** Of a group that captures: its place in a match, and what Express calls its value. */
  readonly capture?: { readonly place: number; readonly name: string };
  readonly optional: boolean;
  readonly of: readonly Alternative[];
}

export interface Alternative {
  /** Where it stands in the source. */
  readonly from: number;
  readonly to: number;
  readonly parts: readonly Part[];
}

/** Code points, properties and references to groups, behind their backslash. */
const LONG_ESCAPE = /(?:u\{[^}]*\}|u[\da-f]{4}|x[\da-f]{2}|p\{[^}]*\}|k<[^>]*>|c[a-z]|\d+|\w)/iy;
const CLASS = /\[(?:\\.|[^\]\\])*\]/sy;
const QUANTIFIER = /(?:[*+?]|\{(\d+)(?:,\d*)?\})\??/y;
const GROUP = /\((?:\?(?:<([A-Za-z_$][\w$]*)>|(<?[=!])|[a-z-]*:))?/y;

/** Reads the source of a RegExp of the application's; it has been compiled, so it is well formed. */
export function readSource(source: string): Choice {
  let at = 0;
  let place = 0;
  let unnamed = 0;

  const taken = (pattern: RegExp): RegExpExecArray | undefined => {
    pattern.lastIndex = at;
    const match = pattern.exec(source);
    if (match) at = pattern.lastIndex;
    return match ?? undefined;
  };

  const alternatives = (): Alternative[] => {
    const all: Alternative[] = [];
    for (;;) {
      const start = at;
      const parts: Part[] = [];
      while (at < source.length && source[at] !== '|' && source[at] !== ')') parts.push(...part());
      all.push({ from: start, to: at, parts });
      if (source[at] !== '|') return all;
      at += 1;
    }
  };

  const group = ([, name, look]: RegExpExecArray): Part[] => {
    const capturing = source[at - 1] === '(' || name !== undefined;
    const capture = capturing ? { place: ++place, name: name ?? String(unnamed++) } : undefined;
    const of = alternatives();
    at += 1;
    const { optional } = quantifier();
    if (look !== undefined) return [];
    return [{ is: 'choice', optional, of, ...(capture === undefined ? {} : { capture }) }];
  };

  const quantifier = (): { readonly any: boolean; readonly optional: boolean } => {
    const found = taken(QUANTIFIER);
    return { any: found !== undefined, optional: found !== undefined && (/^[*?]/.test(found[0]) || found[1] === '0') };
  };

  const part = (): Part[] => {
    const opened = taken(GROUP);
    if (opened) return group(opened);
    if (taken(CLASS)) return (quantifier(), [{ is: 'any', open: false }]);
    const sign = source[at++] ?? '';
    if (sign === '^' || sign === '$') return [];
    if (sign === '.') return [{ is: 'any', open: quantifier().any }];
    if (sign !== '\\') return text(sign);
    if (/[bB]/.test(source[at] ?? '')) return ((at += 1), []);
    if (taken(LONG_ESCAPE)) return (quantifier(), [{ is: 'any', open: false }]);
    return text(source[at++] ?? '');
  };

  const text = (sign: string): Part[] => {
    const { any, optional } = quantifier();
    if (sign === '/') return optional ? [] : [{ is: 'text', text: sign }];
    return any || !/[\w.~-]/.test(sign) ? [{ is: 'any', open: false }] : [{ is: 'text', text: sign }];
  };

  return { is: 'choice', optional: false, of: alternatives() };
}
