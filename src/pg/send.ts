import { currentlySaid } from '../context/said.js';
import { AuditError } from '../event/errors.js';
import type { Bound } from '../prisma/overlay.js';
import { commented } from './commented.js';
import { copyOf } from './config-object.js';
import { hasName } from './names.js';
import { isSubmittable, type Callback, type ClientLike, type Submittable } from './pg-like.js';
import { standIn } from './query-object.js';
import { sending, type Sending, type Told } from './sending.js';

/** `client.query()` in whatever form: the same, but that the text says who acts. @param inner pg's own */
export function send(client: ClientLike, inner: Bound, args: readonly unknown[], told: Told): unknown {
  const [query, ...rest] = args;
  if (currentlySaid() === true) return inner(...args);
  if (typeof query === 'string') return settled(inner, query, undefined, rest, sending(client, told));
  if (typeof query !== 'object' || query === null) return inner(...args); // for pg to refuse
  if (isSubmittable(query)) return object(client, inner, query, rest, sending(client, told));
  const text: unknown = Reflect.get(query, 'text');
  const known = hasName(query) ? told.names.textOf(query.name, text) : text;
  return typeof known === 'string' ? settled(inner, known, query, rest, sending(client, told)) : inner(...args);
}

/** A text, with its config object if it came in one. */
function settled(inner: Bound, text: string, config: object | undefined, rest: unknown[], sent: Sending): unknown {
  let isCalled = false;
  const called = (callback: unknown): unknown => {
    if (typeof callback !== 'function') return callback;
    isCalled = true;
    return (error: unknown, ...results: unknown[]): unknown => {
      if (!error) sent.done(text);
      const told = error ? sent.failed(error, text) : error;
      return sent.inside(() => (callback as Callback)(told, ...results)); // pg's own callback
    };
  };
  const said = commented(text, sent.comment);
  const query = config === undefined ? said : copyOf(config, said, called);
  const result = inner(query, ...rest.map((arg) => called(arg)));
  if (isCalled || !isPromise(result)) return result;
  return result.then(
    (answer) => {
      sent.done(text);
      return answer;
    },
    (error: unknown) => {
      throw sent.failed(error, text);
    },
  );
}

function object(client: ClientLike, inner: Bound, query: Submittable, rest: unknown[], sent: Sending): unknown {
  if ('native' in client)
    throw new AuditError(
      'AUDIT_ADAPTER_UNSUPPORTED',
      'a query object (pg.native.Query, a cursor, a stream) cannot say who acts on a client of pg-native: send its text, client.query(text, values), or take pg without pg-native',
    );
  const stand = standIn(query, sent);
  const result = inner(stand, ...rest);
  return result === stand ? query : result;
}

function isPromise(value: unknown): value is Promise<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';
}
