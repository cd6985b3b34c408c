import type { ReaderScope } from '../query/scope.js';
import type { ScopedReader } from '../query/scoped-reader.js';
import type { ViewerSource } from './port.js';

/** People who read of late. */
const MOST = 1_000;

/**
 * A reader for each request, made of the scope that it was given, which may be another than a moment ago. What the same person asked of the
 * same tenants within a minute is told of once, whichever request it came by: a page asks many questions, and a list asks for its next page.
 */
export class Readers {
  readonly #last = new Map<string, ScopedReader>();

  of(scope: ReaderScope, { query }: Pick<ViewerSource, 'query'>): ScopedReader {
    const { actor, tenants } = scope;
    const person = JSON.stringify([actor, tenants]);
    const reader = query.as(scope, this.#last.get(person));
    if (this.#last.size >= MOST && !this.#last.has(person)) this.#last.clear();
    this.#last.set(person, reader);
    return reader;
  }
}
