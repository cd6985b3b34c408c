import { readSource, type Alternative, type Choice, type Part } from './regexp-source.js';
import type { AuditRequest } from './request.js';

/** A path that is longer is not looked into: the expression is run on it once more. */
const LONGEST_PATH = 2_048;

/**
 * The pattern of a route that is given as a RegExp, written as that of another: `/^\/invoices\/(\d+)\/approve$/` is
 * `/invoices/:0/approve`. Made of the expression alone: the path only tells which of its alternatives it was.
 */
export function regexpPattern(expression: RegExp, path: string, params: AuditRequest['params']): string {
  const known = readOnce(expression);
  if (!known) return '/*';
  const tried = path.length <= LONGEST_PATH ? path : '';
  const match = known.plain?.exec(tried) ?? undefined;
  const taken = known.marked?.exec(tried)?.groups;

  const chosen = ({ of }: Choice): Alternative | undefined =>
    of.length === 1 ? of[0] : of.find((each) => captured(each, match) || taken?.[nameOf(each)] !== undefined);

  const written = (part: Part): string => {
    if (part.is === 'text') return part.text;
    if (part.is === 'any') return '*';
    if (part.capture) return capturedAs(part, part.capture, match, params);
    // Whether an optional part was there is known only of one that captures.
    if (part.optional && !part.of.some((each) => captured(each, match))) return '';
    return chosen(part)?.parts.map(written).join('') ?? '*';
  };

  return slashed(written(known.source));
}

interface Read {
  readonly source: Choice;
  /** Without the state that `g` and `y` keep in an expression. */
  readonly plain: RegExp | undefined;
  /** The same, with a name for each of several alternatives: it takes as long, and tells which was taken. */
  readonly marked: RegExp | undefined;
}

const allRead = new WeakMap<RegExp, Read | undefined>();

function readOnce(expression: RegExp): Read | undefined {
  if (!allRead.has(expression)) allRead.set(expression, read(expression));
  return allRead.get(expression);
}

/** None of one that is nested deeper than can be read. */
function read({ source: text, flags }: RegExp): Read | undefined {
  try {
    const source = readSource(text);
    const stateless = flags.replaceAll(/[gy]/g, '');
    return { source, plain: compiled(text, stateless), marked: compiled(withNames(text, source), stateless) };
  } catch {
    return undefined;
  }
}

function compiled(source: string | undefined, flags: string): RegExp | undefined {
  return source === undefined ? undefined : new RegExp(source, flags);
}

const nameOf = ({ from, to }: Alternative): string => `taken_${from}_${to}`;

/** None where a group is referred to by its number, which others would change, or there are too many to be worth it. */
function withNames(text: string, source: Choice): string | undefined {
  const marks: { readonly at: number; readonly mark: string }[] = [];
  const visit = (part: Part): void => {
    if (part.is !== 'choice') return;
    for (const each of part.of) {
      if (part.of.length > 1) marks.push({ at: each.from, mark: `(?<${nameOf(each)}>` }, { at: each.to, mark: ')' });
      each.parts.forEach(visit);
    }
  };
  visit(source);
  if (marks.length === 0 || marks.length > 200 || /\\[1-9k]/.test(text)) return undefined;
  // From the end, so that places stay; of those at one place, what closes comes first.
  marks.sort((a, b) => b.at - a.at || (a.mark === ')' ? 1 : -1));
  return marks.reduce((all, { at, mark }) => all.slice(0, at) + mark + all.slice(at), text);
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
