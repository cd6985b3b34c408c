import { backIn, currentContext } from '../context/context.js';
import { isSaid, SAYS, saysWhoActs, withSaid } from '../context/said.js';
import { AuditError } from '../event/errors.js';
import { wakeSealer } from '../event/wake.js';
import { checkCarry, type CarryOptions } from '../prisma/carry.js';
import { commentsWith, type CommentOf } from '../prisma/comment.js';
import { commented } from './commented.js';
import { copyOf } from './config-object.js';
import { withoutComment } from './errors.js';
import { Names } from './names.js';
import type { Bound } from './overlay.js';
import { isSubmittable, type Callback, type ClientLike } from './pg-like.js';
import { hasName, standIn } from './query-object.js';

export interface AuditPgOptions extends CarryOptions {
  /** Schema of the log: an error about a part of it that is missing says how to mend it. @defaultValue 'audit' */
  readonly schema?: string | undefined;
}

/** What the clients of one pool share. */
export interface Told {
  readonly commentOf: CommentOf;
  readonly schema: string | undefined;
  readonly names: Names;
}

/** @throws AuditError `AUDIT_OPTIONS_INVALID` */
export function toldBy(options: AuditPgOptions): Told {
  return { commentOf: commentsWith(checkCarry(options)), schema: options.schema, names: new Names() };
}

/**
 * Makes one `pg` client say who acts, as `auditPool()` does for all of a pool. For what makes its connections itself.
 *
 * @returns the same client
 * @throws AuditError `AUDIT_ADAPTER_UNSUPPORTED` for what is no client of `pg`
 * @example knex({ client: 'pg', connection, pool: { afterCreate: (client, done) => done(undefined, auditClient(client)) } })
 */
export function auditClient<C extends ClientLike>(client: C, options: AuditPgOptions = {}): C {
  const told = toldBy(options);
  if (typeof client !== 'object' || client === null || typeof client.query !== 'function' || 'totalCount' in client)
    throw new AuditError(
      'AUDIT_ADAPTER_UNSUPPORTED',
      'auditClient() takes a Client of pg (new pg.Client(), or what pool.connect() gives); for a Pool there is auditPool()',
    );
  return say(client, told);
}

/** In place, so that whoever holds the client sends by the same way: see ARCHITECTURE.md. */
export function say<C extends ClientLike>(client: C, told: Told): C {
  if (saysWhoActs(client)) return client;
  replace(client, 'query', (inner, args) => send(client, inner, args, told));
  Object.defineProperty(client, SAYS, { value: true });
  return client;
}

/** A method of an object's own in front of the one it has, which is looked up each time: tracing may replace it later. */
export function replace(target: object, name: string, instead: (inner: Bound, args: unknown[]) => unknown): void {
  const own: unknown = Object.getOwnPropertyDescriptor(target, name)?.value;
  const value = function (this: object | undefined, ...args: unknown[]): unknown {
    const self = this ?? target;
    const inner = (own ?? Reflect.get(Object.getPrototypeOf(target) as object, name)) as Bound;
    return instead((...given) => Reflect.apply(inner, self, given), args);
  };
  Object.defineProperty(target, name, { value, writable: true, enumerable: false, configurable: true });
}

function send(client: ClientLike, inner: Bound, args: unknown[], told: Told): unknown {
  const [query] = args;
  if (isSaid() || (typeof query !== 'string' && (typeof query !== 'object' || query === null))) return inner(...args);
  const context = currentContext();
  const comment = told.commentOf(context);
  // On `pg`'s socket holds the context of whoever made the connection; what is sent from a callback is its caller's.
  const inside = <T>(fn: () => T): T => withSaid(false, () => backIn(context, fn));
  const failed = (error: unknown, text: string): unknown => withoutComment(error, text, comment, told.schema);
  const done = (text: string): void => committed(client, text);

  if (typeof query === 'object' && isSubmittable(query)) {
    if ('native' in client) throw unsupportedNative();
    if (hasName(query)) told.names.textOf('', undefined);
    const stand = standIn(query, { comment, inside, failed, done });
    const result = inner(
      stand,
      ...callbacksIn(
        args.slice(1),
        (callback) =>
          (...given) =>
            inside(() => callback(...given)),
      ),
    );
    return result === stand ? query : result;
  }

  let text = typeof query === 'string' ? query : undefined;
  const called =
    (callback: Callback): Callback =>
    (error, ...results) => {
      if (!error) done(text ?? '');
      return inside(() => callback(error ? failed(error, text ?? '') : error, ...results));
    };
  const rest = callbacksIn(args.slice(1), called);
  let isCalled = rest.some((arg) => typeof arg === 'function');
  let first: unknown = text === undefined ? query : commented(text, comment);
  if (typeof query === 'object') {
    const config = query as { text?: unknown; name?: unknown; queryMode?: unknown; callback?: unknown };
    const name = hasName(config) ? (config.name as string) : undefined;
    const known = name === undefined ? config.text : told.names.textOf(name, config.text);
    if (typeof known !== 'string') return inner(...args); // for pg to refuse
    text = known;
    const { callback } = config;
    isCalled ||= typeof callback === 'function';
    first = copyOf(config, {
      text: commented(known, comment),
      // One with a name is never sent by the simple protocol.
      ...(name === undefined ? {} : { name: undefined, queryMode: config.queryMode ?? 'extended' }),
      ...(typeof callback === 'function' ? { callback: called(callback as Callback) } : {}),
    });
  }
  const result = inner(first, ...rest);
  if (isCalled || !isThenable(result)) return result;
  return result.then(
    (answer) => {
      done(text ?? '');
      return answer;
    },
    (error: unknown) => {
      throw failed(error, text ?? '');
    },
  );
}

function callbacksIn(args: unknown[], around: (callback: Callback) => Callback): unknown[] {
  return args.map((arg) => (typeof arg === 'function' ? around(arg as Callback) : arg));
}

function isThenable(value: unknown): value is Promise<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';
}

/** Something may have been committed: not by a read, nor inside of a transaction. Older versions of pg do not tell. */
function committed(client: ClientLike, text: string): void {
  if (/^\s*(?:select|begin|savepoint)\b/i.test(text)) return;
  const ask: unknown = Reflect.get(client, 'getTransactionStatus');
  const status: unknown = typeof ask === 'function' ? Reflect.apply(ask, client, []) : undefined;
  if (status !== 'T' && status !== 'E') wakeSealer();
}

function unsupportedNative(): AuditError {
  return new AuditError(
    'AUDIT_ADAPTER_UNSUPPORTED',
    'a query object (pg.native.Query, a cursor, a stream) on a client of pg-native cannot say who acts: send its text, as client.query(text, values), or take pg without pg-native',
  );
}
