import { warnOfNames } from '../prisma/named-statements.js';

/** A statement that is sent by its name alone is one that was sent with its text before; what that was, is kept for so many. */
const MOST = 1_000;

/**
 * Statements with a name are sent without it: the server parses one once, with the comment of that moment, and every later
 * caller would be logged as the first.
 */
export class Names {
  readonly #texts = new Map<string, string>();

  /** The text of a statement with a name; `undefined` where it was never given. */
  textOf(name: string, text: unknown): string | undefined {
    warnOfNames(
      'a prepared statement with a name is sent without it, since the server would keep the text of its first caller and with it who acted then: it is parsed each time. Leave the name out where pg is given the statement',
    );
    if (typeof text !== 'string' || text === '') return this.#texts.get(name);
    this.#texts.delete(name);
    this.#texts.set(name, text);
    if (this.#texts.size > MOST) this.#texts.delete(this.#texts.keys().next().value ?? '');
    return text;
  }
}
