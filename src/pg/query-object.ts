import { commented } from './commented.js';
import { overlay, type Bound } from '../prisma/overlay.js';
import { hasName } from './names.js';
import type { Sending } from './sending.js';
import type { ConnectionLike, Submittable } from './pg-like.js';

/**
 * Stands in for a query object (`Submittable`) inside `pg`, which sends it when its turn comes: the comment is put to the text on
 * its way to the connection, so the object keeps its own, wherever it has it, and can be sent again. Its results, listeners and
 * callbacks are those of the object itself.
 */
export function standIn<Q extends Submittable>(query: Q, { comment, inside, failed, done }: Sending): Q {
  let sent = '';
  const say = (text: unknown): unknown => {
    if (typeof text !== 'string') return text;
    sent = text;
    return commented(text, comment);
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
      if (name === 'handleError') return (error, ...rest) => inside(() => own(failed(error, sent), ...rest));
      if (name !== 'handleReadyForQuery') return (...args) => inside(() => own(...args));
      return (...args) => {
        const result = inside(() => own(...args));
        done(sent);
        return result;
      };
    },
  );
}

/** The connection, on which every text says who acts and none has a name: see `Names`. */
function saying(connection: ConnectionLike, say: (text: unknown) => unknown): ConnectionLike {
  const parse: Bound = (query, ...rest) =>
    connection.parse(
      { ...(query as object), name: '', text: say((query as { text: unknown }).text) as string },
      ...rest,
    );
  const bind: Bound = (portal, ...rest) => connection.bind({ ...(portal as object), statement: '' }, ...rest);
  return overlay(connection, {
    parse,
    bind,
    query: (text: unknown) => connection.query(say(text) as string),
    parsedStatements: {},
    submittedNamedStatements: {},
  });
}
