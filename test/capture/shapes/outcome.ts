import type { Shape } from './shape.js';
import type { Twin } from './twins.js';

export interface Outcome {
  readonly value?: unknown;
  readonly error?: Record<string, unknown>;
  /** Every row there is afterwards. */
  readonly rows: unknown;
  /** Messages sent to the server. */
  readonly sent: number;
}

const EVERY_ROW = `
select c.relname, (xpath('/table/row/r/text()', query_to_xml(format('select t::text as r from %I t', c.relname), true, false, '')))::text[]
  from pg_class c where relnamespace = 'public'::regnamespace and relkind = 'r' order by 1`;

/** All that a caller can see of an operation, and all that is left in the database. */
export async function outcomeOf(
  twin: Twin,
  { client, sent }: ReturnType<Twin['connect']>,
  { run }: Shape,
): Promise<Outcome> {
  const before = sent();
  const seen = await run(client).then(
    (value) => ({ value: sameIds(value) }),
    (error: unknown) => ({ error: describeError(error as Error) }),
  );
  const messages = sent() - before;
  const { rows } = await twin.pool.query<[string, string[]]>({ text: EVERY_ROW, rowMode: 'array' });
  // Sorted here, since the order of ids that were made up is another one in each database.
  const left = rows.map(([table, texts]) => [table, texts.map((text) => sameIds(text) as string).sort()]);
  return { ...seen, rows: left, sent: messages };
}

export const endOf = ({ error }: Outcome): string | undefined => error && String(error['code'] ?? error['name']);

export function describeError(error: Error): Record<string, unknown> {
  const { name, constructor, message, ...own } = error;
  // The time that passed, and the excerpt of the source from where the call was made.
  const text = message.replace(/\d+ ms/g, 'n ms').replace(/ invocation in\n[^]*?\n\n\n/, ' invocation:\n\n\n');
  const meta = (own as { meta?: Record<string, unknown> }).meta;
  if (meta && 'timeTaken' in meta) meta['timeTaken'] = 'n ms';
  return { ...own, name, class: constructor, text, isError: error instanceof Error };
}

/** Ids that the client makes up are other ones each time: the seed's end in 1 to 9 and stay. */
const MADE_UP = /\b(?:[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-(?!0{11})[0-9a-f]{12}|c[a-z0-9]{24})\b/g;

function sameIds(value: unknown): unknown {
  if (typeof value === 'string') return value.replace(MADE_UP, '<made up>');
  if (Array.isArray(value)) return value.map((item) => sameIds(item));
  if (value !== null && typeof value === 'object' && Object.getPrototypeOf(value) === Object.prototype) {
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, sameIds(item)]));
  }
  return value;
}
