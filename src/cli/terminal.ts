/**
 * The one way out: no other file of the command line writes to standard output or standard error, or knows a colour. Whatever
 * is stored, configured or said by the database reaches the terminal as text that shows itself (`visible`).
 */
import pc from 'picocolors';
import { visible, visibleJson, VISIBLE_LENGTH } from '../event/visible.js';
import { drawTable } from './draw-table.js';

/** Text that is fit for a terminal; nothing but this module makes one. */
export class Text {
  readonly #raw: string;

  /** @param key known to this module alone */
  constructor(key: symbol, fit: string) {
    if (key !== KEY) throw new TypeError('a Text is made by line``, paint, clip, joined or table');
    this.#raw = fit;
  }

  toString(): string {
    return this.#raw;
  }
}

/** A string is foreign, whoever wrote it: it is escaped. */
export type Printable = Text | string | number;

const KEY = Symbol('terminal');
const ours = (fit: string): Text => new Text(KEY, fit);

function raw(part: Printable, limit = VISIBLE_LENGTH): string {
  return part instanceof Text ? part.toString() : visible(String(part), limit);
}

/** Our own words between the values of others: line`${name}: ${count} rows`. */
export function line(words: TemplateStringsArray, ...values: readonly Printable[]): Text {
  return ours(words.map((word, at) => word + (at < values.length ? raw(values[at] as Printable) : '')).join(''));
}

/** @param separator of our own */
export function joined(parts: readonly Printable[], separator: ' ' | ', ' | ' | ' | '; ' | '\n' | '<br>' | ''): Text {
  return ours(parts.map((part) => raw(part)).join(separator));
}

/** At most so many characters; an ellipsis says that there were more. */
export function clip(text: string, limit: number): Text {
  // Long text is cut before it is looked through; a character is two units at most.
  const shown = Array.from(visible(text.slice(0, limit * 2 + 1), Number.POSITIVE_INFINITY));
  return ours(shown.length > limit ? `${shown.slice(0, limit - 1).join('')}…` : shown.join(''));
}

/** As wide as the widest of its lines, in characters. */
export function widthOf(text: Printable): number {
  return raw(text).length;
}

/** In Markdown: a pipe would end the cell of a table. */
export function markdownCell(text: Printable): Text {
  return ours(raw(text).replaceAll('|', String.raw`\|`));
}

const painted =
  (colour: (text: string) => string) =>
  (text: Printable): Text =>
    ours(colour(raw(text)));

/** Colours, where the terminal has them (`NO_COLOR`, `FORCE_COLOR`). */
export const paint = {
  bold: painted(pc.bold),
  dim: painted(pc.dim),
  green: painted(pc.green),
  magenta: painted(pc.magenta),
  red: painted(pc.red),
  yellow: painted(pc.yellow),
} as const;

export function table(head: readonly string[], rows: readonly (readonly Printable[])[]): Text {
  const heads = head.map((name) => paint.bold(name).toString());
  return ours(
    drawTable(
      heads,
      rows.map((row) => row.map((cell) => raw(cell))),
    ),
  );
}

/**
 * Lines of at most so many characters, broken at spaces where there are any; no colours.
 */
export function wrapped(text: Printable, width: number): Text {
  const lines = raw(text)
    .split('\n')
    .flatMap((each) => wrapLine(each, width));
  return ours((lines.length > MOST_LINES ? [...lines.slice(0, MOST_LINES - 1), '…'] : lines).join('\n'));
}

/** Of a cell. */
const MOST_LINES = 100;

function wrapLine(text: string, width: number): string[] {
  const lines: string[] = [];
  let last = '';
  for (const word of text.split(' ')) {
    const characters = Array.from(word);
    if (last !== '' && last.length + 1 + characters.length > width) {
      lines.push(last);
      last = '';
    }
    for (; characters.length > width; characters.splice(0, width)) lines.push(characters.slice(0, width).join(''));
    last += `${last === '' ? '' : ' '}${characters.join('')}`;
  }
  return [...lines, last];
}

/** A line on standard output. */
export function print(text: Printable): void {
  process.stdout.write(`${raw(text)}\n`);
}

/** A line on standard error. */
export function complain(text: Printable): void {
  process.stderr.write(`${raw(text)}\n`);
}

/** One JSON value and a newline, for machines; it parses to the same value, and no terminal takes it for anything but text. */
export function printJson(value: unknown, indent?: number): void {
  process.stdout.write(`${visibleJson(value, indent)}\n`);
}

/**
 * Resolves when all that was printed so far has been taken. A report that nobody could read is no report: whoever says a verdict by
 * an exit code says it after this.
 * @throws the error of the stream (nobody reads any more, no space left)
 */
export function written(): Promise<void> {
  return new Promise((resolve, reject) => {
    process.stdout.write('', (error) => (error ? reject(error) : resolve()));
  });
}

/** What is said on standard error beside the result may be lost. */
export function whenOutputBreaks(end: (error: unknown) => void): void {
  process.stdout.on('error', end);
  process.stderr.on('error', () => undefined);
}

/** For a bar that draws itself; nothing where nobody would see it. */
export function barStream(): NodeJS.WriteStream | undefined {
  return process.stderr.isTTY ? process.stderr : undefined;
}

/** What commander says: usage and help are our own words, and errors quote the arguments. Its lines stay lines. */
export const commanderOutput = {
  writeOut: (text: string): void => void process.stdout.write(eachLine(text)),
  writeErr: (text: string): void => void process.stderr.write(eachLine(text)),
  outputError: (text: string): void => {
    const [error = '', ...suggestion] = text.trimEnd().split(/\n(?=\(Did you mean [^\n]+\?\)$)/);
    for (const part of [error, ...suggestion]) complain(part);
  },
};

function eachLine(text: string): string {
  return text
    .split('\n')
    .map((each) => visible(each))
    .join('\n');
}

/** Warnings of Node and of packages are written by Node as they are: they are made fit before it does. */
export function showWarnings(): void {
  process.prependListener('warning', (warning) => {
    for (const name of ['name', 'message', 'code', 'detail', 'stack'] as const) {
      const text: unknown = Reflect.get(warning, name);
      if (typeof text === 'string') Reflect.set(warning, name, name === 'stack' ? eachLine(text) : visible(text));
    }
  });
}
