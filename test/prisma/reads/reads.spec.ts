import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Actor } from '../../../src/event/types.js';
import { withContext } from '../../../src/context/index.js';
import { full } from '../../support/full.js';
import { SHAPES, type Runs, type Shape } from './shapes.js';
import { catalogue, createReadsWorld, hear, lineOf, type Heard, type PrismaClient, type Reader, type ReadsWorld } from './world.js'; // prettier-ignore

type Way = (prisma: PrismaClient, run: (p: Runs) => PromiseLike<unknown>) => Promise<unknown>;

/** The last of an array transaction is there so that it has more than one. */
const WAYS: [string, Way][] = [
  ['plain', async (prisma, run) => await run(prisma)],
  [
    'interactive',
    (prisma, run) => prisma.$transaction(async (tx) => await run(tx), { isolationLevel: 'Serializable' }),
  ],
  ['array', (prisma, run) => prisma.$transaction([run(prisma) as never, prisma.country.count()])],
];

interface Outcome {
  readonly seen: unknown;
  readonly statements: readonly string[];
}

let world: ReadsWorld;
let twin: ReadsWorld;
let heard: Heard;
let audited: Reader;
/** A client that nobody has extended; in array transactions one that `audit()` has, without reads: it gives them their turn. */
let unread: Record<string, Reader>;
const rows = new Map<string, { readonly statements: Record<string, number>; readonly entries: readonly string[] }>();

beforeAll(async () => {
  [world, twin] = await Promise.all([createReadsWorld(), createReadsWorld()]);
  heard = hear(world);
  audited = world.connect({ catalogue });
  const bare = twin.connect();
  unread = { plain: bare, interactive: bare, array: twin.connect({}) };
});
afterAll(async () => {
  console.log(table());
  heard.stop();
  await Promise.all([world.close(), twin.close()]);
});

/** A row for each shape, with the number of its statements in each way; its entries are the same in all, or the tests fail. */
function table(): string {
  const head = ['operation', `SQL ${WAYS.map(([as]) => as).join('/')}`, 'entries'];
  const lines = Array.from(rows, ([name, { statements, entries }]) => [
    [name, WAYS.map(([as]) => statements[as] ?? '-').join('/'), entries[0] ?? '–'],
    ...entries.slice(1).map((entry) => ['', '', entry]),
  ]).flat();
  const widths = head.map((title, i) =>
    Math.max(title.length, ...lines.map((line) => (i === 2 ? 0 : (line[i]?.length ?? 0)))),
  );
  return [head, ...lines].map((line) => line.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join(' | ').trimEnd()).join('\n'); // prettier-ignore
}

/** What a caller sees, with the class of an error and all that is in it: the place of the call too, which is the same line. */
async function outcome(
  { prisma, statements }: Reader,
  way: Way,
  run: (p: Runs) => PromiseLike<unknown>,
): Promise<Outcome> {
  statements.length = 0;
  const seen = await way(prisma, run).then(
    (value) => ({ value }),
    // oxlint-disable-next-line typescript/no-misused-spread -- what it has beside its class is compared as well
    (error: Error) => ({ ...error, class: error.constructor, name: error.name, message: error.message }),
  );
  await new Promise((resolve) => setImmediate(resolve)); // the statements are told behind the result
  return { seen, statements: [...statements] };
}

const ended = (seen: object): unknown => ('value' in seen ? 'value' : ((seen as { code?: string }).code ?? (seen as Error).name)); // prettier-ignore
let nth = 0;

// Each shape plain; in each kind of transaction a third of them, in the long run all. Those that belong together are three apart.
const shapesOf = (as: string): Shape[] =>
  SHAPES.filter((_, i) => full || as === 'plain' || i % 3 === (as === 'array' ? 1 : 0));

describe.each(WAYS)('in a call that is %s,', (as, way) => {
  beforeAll(() => {
    nth += 1;
  });

  it.each(shapesOf(as).map((shape): [string, Shape] => [shape[0], shape]))(
    'the entries of %s say what was read, and nothing else is other than without',
    async (name, [, ends, entries, run]) => {
      heard.facts.length = 0;
      const expected = await outcome(unread[as] as Reader, way, (p) => run(p, nth));
      const seen = await withContext({ actor: { id: name } }, () => outcome(audited, way, (p) => run(p, nth)));
      const lines = heard.facts.map((fact) => lineOf(fact));
      const row = rows.get(name) ?? { statements: {}, entries: lines };
      rows.set(name, row);
      row.statements[as] = seen.statements.length;
      expect(seen).toEqual(expected);
      expect(ended(seen.seen as object)).toBe(ends);
      expect(lines.sort()).toEqual(entries);
      expect(heard.facts.every(({ context }) => (context?.actor as Actor | undefined)?.id === name)).toBe(true);
    },
  );
});
