import { overlay } from '../prisma/overlay.js';
import { commented } from './commented.js';
import { hasName } from './names.js';
import type { Sending } from './sending.js';
import type { ConnectionLike, Submittable } from './pg-like.js';

/**
 * Stands in for a query object (`Submittable`) inside `pg`, which sends it when its turn comes: the comment is put to the text on
 * its way to the connection, so the object keeps its own, wherever it has it, and can be sent again. Its results, listeners and
 * callbacks are those of the object itself.
 */
export function standIn<Q extends Submittable>(query: Q, sent: Sending): Q {
  let text = '';
  const say = (given: string): string => {
    if (typeof given !== 'string') return given; // for pg to refuse
    text = given;
    return commented(given, sent.comment);
  };
  return overlay(
    query,
    {
      submit: (connection: ConnectionLike) => query.submit(saying(connection, say)),
      // `pg` takes down what has been parsed under a name.
      ...(hasName(query) ? { name: undefined } : {}),
    },
    (own, name) => {
      if (typeof name !== 'string' || !name.startsWith('handle')) return own;
      if (name === 'handleError') return (error, ...rest) => sent.inside(() => own(sent.failed(error, text), ...rest));
      if (name !== 'handleReadyForQuery') return (...args) => sent.inside(() => own(...args));
      return (...args) => {
        const result = sent.inside(() => own(...args));
        sent.done(text);
        return result;
      };
    },
  );
}

/** The connection, on which every text says who acts and none has a name: see `Names`. What else is passed on is `pg`'s own. */
function saying(connection: ConnectionLike, say: (text: string) => string): ConnectionLike {
  return overlay<ConnectionLike>(connection, {
    parse: (query: { readonly text: string }, ...rest: unknown[]) =>
      connection.parse({ ...query, name: '', text: say(query.text) }, ...rest),
    bind: (portal: object, ...rest: unknown[]) => connection.bind({ ...portal, statement: '' }, ...rest),
    query: (text: string) => connection.query(say(text)),
    parsedStatements: {},
    submittedNamedStatements: {},
  });
}
