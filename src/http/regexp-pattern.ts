import { readSource, type Alternative, type Choice, type Part } from './regexp-source.js';
import type { AuditRequest } from './request.js';

/** A path that is longer is not looked into: parts of an expression are tried on it by themselves. */
const LONGEST_PATH = 2_048;

/**
 * The pattern of a route that is given as a RegExp, written as that of another: `/^\/invoices\/(\d+)\/approve$/` is
 * `/invoices/:0/approve`. Made of the expression alone: the path only tells which of its alternatives it was.
 */
export function regexpPattern(expression: RegExp, path: string, params: AuditRequest['params']): string {
  const tried = path.length <= LONGEST_PATH ? path : '';
  const match = matchOf(expression.source, expression.flags, tried);
  const { flags } = expression;

  /** The one that captured something, else the one that is longest where it matches by itself. */
  const chosen = ({ of }: Choice): Alternative | undefined => {
    if (of.length === 1) return of[0];
    const lengthOf = ({ source }: Alternative): number => matchOf(source, flags, tried)?.[0].length ?? -1;
    const lengths = of.map((each) => (captured(each, match) ? Infinity : lengthOf(each)));
    const longest = Math.max(...lengths);
    return longest < 0 ? undefined : of[lengths.indexOf(longest)];
  };

  const written = (part: Part): string => {
    if (part.is === 'text') return part.text;
    if (part.is === 'any') return '*';
    if (part.capture) return capturedAs(part, part.capture, match, params);
    // Whether an optional part was there is known only of one that captures.
    if (part.optional && !part.of.some((each) => captured(each, match))) return '';
    return chosen(part)?.parts.map(written).join('') ?? '*';
  };

  return slashed(written(readSource(expression.source)));
}

/** Without the state that `g` and `y` keep in an expression. */
function matchOf(source: string, flags: string, path: string): RegExpExecArray | undefined {
  try {
    return new RegExp(source, flags.replaceAll(/[gy]/g, '')).exec(path) ?? undefined;
  } catch {
    return undefined; // a part that refers to a group outside of it
  }
}

function captured({ parts }: Alternative, match: RegExpExecArray | undefined): boolean {
  return parts.some(
    (part) =>
      part.is === 'choice' &&
      ((part.capture !== undefined && match?.[part.capture.place] !== undefined) ||
        part.of.some((each) => captured(each, match))),
  );
}

function capturedAs(
  { of }: Choice,
  { place, name }: NonNullable<Choice['capture']>,
  match: RegExpExecArray | undefined,
  params: AuditRequest['params'],
): string {
  if (!match) return '*';
  const value = match[place];
  if (value === undefined) return '';
  // `(invoices|orders)`: a word of the expression, in its letters.
  const word = of.map(literal).find((each) => each?.toLowerCase() === value.toLowerCase());
  if (word !== undefined) return word;
  if (of.every(({ parts }) => parts.some((part) => (part.is === 'any' && part.open) || (part.is === 'text' && part.text === '/')))) return '*'; // prettier-ignore
  // A router above may have captured something as well, and then numbers are others.
  return /^\w+$/.test(name) && params?.[name] === decoded(value) ? `:${name}` : '*';
}

function literal({ parts }: Alternative): string | undefined {
  return parts.every((part) => part.is === 'text') ? parts.map(({ text }) => text).join('') : undefined;
}

/** Of a segment that is a word and something, the word; of one with a value in it, its name. */
function slashed(text: string): string {
  const segments = text
    .split('/')
    .filter((segment) => segment !== '')
    .map((segment) => {
      const name = /:\w+/.exec(segment)?.[0];
      if (name !== undefined || !segment.includes('*')) return name ?? segment;
      const words = segment.match(/[a-z][a-z-]+/gi) ?? [];
      return words.toSorted((a, b) => b.length - a.length)[0] ?? '*';
    });
  return `/${segments.join('/')}`;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
