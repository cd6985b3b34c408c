import { warnOfNames } from '../prisma/named-statements.js';

/** A statement that is sent by its name alone was sent with its text before; so many of them are kept. */
const MOST = 1_000;

/**
 * Statements with a name are sent without it: the server parses one once, with the comment of that moment, and every later
 * caller would be logged as the first.
 */
export class Names {
  readonly #texts = new Map<string, string>();

  /** The text of a statement with a name; `undefined` where it was never given. */
  textOf(name: string, text: unknown): string | undefined {
    if (typeof text !== 'string' || text === '') return this.#texts.get(name);
    this.#texts.delete(name);
    this.#texts.set(name, text);
    const [oldest = name] = this.#texts.keys();
    if (this.#texts.size > MOST) this.#texts.delete(oldest);
    return text;
  }
}

/** Whether a config or a query object has a name. Says once for a process what becomes of it. */
export function hasName(query: object): query is { readonly name: string } {
  if (!('name' in query) || typeof query.name !== 'string' || query.name === '') return false;
  warnOfNames(
    'a prepared statement with a name is sent without it, since the server would keep the text of its first caller and with it who acted then: it is parsed each time. Leave the name out where pg is given the statement',
  );
  return true;
}
