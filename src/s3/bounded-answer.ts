import { Readable, Transform, pipeline } from 'node:stream';
import type { S3Like } from './s3-anchor.js';

/** A page of a listing, with a thousand keys and what stands beside them. Nothing else that is asked for is as long. */
const MAX_ANSWER_BYTES = 16 * 1024 * 1024;

/** What a command of the SDK has beside its input: a list of what its answer goes through. */
interface Stacked {
  readonly middlewareStack?: {
    add(
      middleware: unknown,
      options: { readonly step: 'deserialize'; readonly priority: 'low'; readonly name: string },
    ): void;
  };
}

/**
 * The same `send`, of answers that end: the SDK reads an XML to its end before it says anything of it, and whoever answers may be hostile.
 * Its own list of middleware is the one place where the bytes are still a stream.
 */
export function bounded(send: S3Like['send'], most = MAX_ANSWER_BYTES): S3Like['send'] {
  return (command: Stacked, options) => {
    const middleware = (next: (args: unknown) => Promise<Answered>) => async (args: unknown) => {
      const result = await next(args);
      const { response } = result;
      if (response.body instanceof Readable) response.body = cutBehind(response.body, most);
      return result;
    };
    command.middlewareStack?.add(middleware, { step: 'deserialize', priority: 'low', name: 'auditBoundedAnswer' });
    return send(command, options);
  };
}

interface Answered {
  readonly response: { body?: unknown };
}

function cutBehind(body: Readable, most: number): Readable {
  let bytes = 0;
  const counted = new Transform({
    transform(chunk: Uint8Array, _encoding, done) {
      bytes += chunk.length;
      if (bytes > most) done(new Error(`the answer has more than ${most} bytes`));
      else done(null, chunk);
    },
  });
  return pipeline(body, counted, () => undefined); // told to whoever reads it
}

/** Reads a body up to so many bytes. @throws if it has more: no more is read of it */
export async function textOf(body: AsyncIterable<Uint8Array>, most: number): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.length;
    if (bytes > most) throw new Error(`it has more than ${most} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}
