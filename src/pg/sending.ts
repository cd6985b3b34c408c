import { backIn, currentContext } from '../context/context.js';
import { currentlySaid, withSaid } from '../context/said.js';
import { wakeSealer } from '../event/wake.js';
import type { CommentOf } from '../prisma/comment.js';
import { withoutComment } from './errors.js';
import type { Names } from './names.js';
import type { ClientLike } from './pg-like.js';

/** What the clients of one pool share. */
export interface Told {
  readonly commentOf: CommentOf;
  readonly schema: string | undefined;
  readonly names: Names;
}

/** One statement on its way. */
export interface Sending {
  readonly comment: string;
  /** Runs what `pg` calls where the statement was sent from: its socket has the context of whoever made the connection. */
  inside<T>(fn: () => T): T;
  /** The error as the caller is to have it. */
  failed(error: unknown, text: string): unknown;
  done(text: string): void;
}

export function sending(client: ClientLike, { commentOf, schema }: Told): Sending {
  const context = currentContext();
  const said = currentlySaid();
  const comment = typeof said === 'string' ? said : commentOf(context);
  return {
    comment,
    inside: (fn) => withSaid(undefined, () => backIn(context, fn)),
    failed: (error, text) => withoutComment(error, text, comment, schema),
    done: (text) => {
      if (mayHaveCommitted(client, text)) wakeSealer();
    },
  };
}

/** Not a read, nor what is inside of a transaction. Older versions of pg do not tell of that. */
function mayHaveCommitted(client: ClientLike, text: string): boolean {
  if (/^\s*(?:select|begin|savepoint)\b/i.test(text)) return false;
  const ask: unknown = Reflect.get(client, 'getTransactionStatus');
  const status: unknown = typeof ask === 'function' ? Reflect.apply(ask, client, []) : undefined;
  return status !== 'T' && status !== 'E';
}
