import { rowJson } from '../../export/row-json.js';
import type { AuditEntry } from '../../query/read-entry.js';
import type { Answering } from '../asked.js';
import { begun } from '../begun.js';
import { conditionsOf } from '../conditions.js';
import { NOT_KEPT } from '../headers.js';
import { Refused, wrong } from '../refused.js';
import { headerOf } from '../request.js';
import { alone } from '../shown-entries.js';

/** What lies between hears that it is alive. Milliseconds. */
const ALIVE_MS = 15_000;
/** Then whoever asks is asked again who he is: the browser goes on by itself where it was. */
const LASTS_MS = 5 * 60_000;
/** Of one process, each of which asks the database once a second. */
const MOST_TAILS = 100;
/** Of one reader: nobody takes it from the others. */
const MOST_OF_ONE = 10;

/** How many are open, by who reads. */
const open = new Map<string, number>();

/** Entries as they are sealed, as server-sent events: each has its number in the chain as its id, and goes on behind it. */
export const tail: Answering = async ({ scope, reader, query, request }) => {
  const conditions = conditionsOf(query, ['after']);
  const after = placeOf(headerOf(request, 'last-event-id') ?? query.get('after'));
  const { id = '' } = scope.actor;
  requireRoom(id);
  const entries = reader.tail(conditions, { ...(after === undefined ? {} : { after }), signal: request.signal });
  return {
    status: 200,
    headers: {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': NOT_KEPT,
      // A proxy that buffers would show nothing for minutes.
      'x-accel-buffering': 'no',
    },
    body: request.method === 'HEAD' ? '' : await begun(counted(id, events(entries, request.isEnding))),
  };
};

/** Number of an entry. */
function placeOf(text: string | null): number | undefined {
  if (text === null || text === '') return undefined;
  if (!/^\d{1,15}$/.test(text)) throw wrong('after must be the number of an entry in its chain');
  return Number(text);
}

function requireRoom(id: string): void {
  const own = open.get(id) ?? 0;
  const all = [...open.values()].reduce((sum, each) => sum + each, 0);
  if (own >= MOST_OF_ONE) throw tooMany(`you look on in ${own} places already: close one`);
  if (all >= MOST_TAILS) throw tooMany('too many people look on: ask again later');
}

const tooMany = (message: string): Refused => new Refused(503, 'TOO_MANY', message, { 'retry-after': '30' });

async function* counted(id: string, parts: AsyncGenerator<Uint8Array>): AsyncGenerator<Uint8Array> {
  open.set(id, (open.get(id) ?? 0) + 1);
  try {
    yield* parts;
  } finally {
    const left = (open.get(id) ?? 1) - 1;
    if (left > 0) open.set(id, left);
    else open.delete(id);
  }
}

async function* events(
  tailing: AsyncGenerator<readonly AuditEntry[]>,
  isEnding: () => boolean,
): AsyncGenerator<Uint8Array> {
  const until = performance.now() + LASTS_MS;
  let said = performance.now();
  let isFirst = true;
  try {
    for await (const entries of tailing) {
      const texts = entries.map((entry) => eventOf(entry));
      if (isFirst) texts.unshift(`retry: 1000\nevent: ready\ndata: ${rowJson({ now: new Date() })}\n\n`);
      else if (texts.length === 0 && performance.now() - said > ALIVE_MS) texts.push(': keep-alive\n\n');
      isFirst = false;
      if (texts.length > 0) {
        said = performance.now();
        yield Buffer.from(texts.join(''));
      }
      // A server that ends waits for its requests: it is not to wait for whoever looks on.
      if (performance.now() > until || isEnding()) return;
    }
  } catch (error) {
    // Before the first it is told by the status; later the browser asks again, and is told then.
    if (isFirst) throw error;
  }
}

/** JSON of ours is one line. */
const eventOf = (entry: AuditEntry): string => `id: ${entry.seq}\nevent: entry\ndata: ${alone(entry)}\n\n`;
