import { readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { currentContext, withContext } from '../../src/context/index.js';
import { full } from '../support/full.js';
import { startPostgres, type PostgresServer } from '../support/postgres.mjs';
import { coverageTable, namesIn, TABLE_FILE } from './shapes/coverage-table.js';
import { ENGINES } from './shapes/engine.js';
import { ALL_SHAPES } from './shapes/index.js';
import { endOf, outcomeOf } from './shapes/outcome.js';
import type { Shape } from './shapes/shape.js';
import { connectPlain, openTwin, type Twin } from './shapes/twins.js';
import { sideBySide, summary, witnessed } from './shapes/witness.js';

/** Names of the shapes that an engine captured with every form of client that went through them. */
const captured = new Map<string, Set<string>>(ENGINES.map(({ name }) => [name, new Set()]));

type Major = 14 | 15 | 16 | 17 | undefined;
/** `undefined`: the server of the test run, the newest. */
const MAJORS: readonly Major[] = full ? [undefined, 14, 15, 16, 17] : [undefined];

/** The first form of client goes through all of them; the others, and older servers, through each sixth; under full the others through all. */
const shapesFor = (form: number, major: Major): readonly Shape[] =>
  major === undefined && (form === 0 || full) ? ALL_SHAPES : ALL_SHAPES.filter((_, i) => i % 6 === 0);

const PLACES = ENGINES.flatMap((engine) =>
  MAJORS.map((major) => [engine.name, major ?? 'of this run', engine, major] as const),
);

describe.each(PLACES)('the engine %s on PostgreSQL %s', (engineName, _release, engine, major) => {
  let server: PostgresServer | undefined;
  let plain: Twin;
  let logged: Twin;
  beforeAll(async () => {
    if (major) server = await startPostgres({ major });
    [plain, logged] = await Promise.all([openTwin(undefined, server?.url), openTwin(engine, server?.url)]);
  });
  afterAll(async () => {
    await Promise.all([plain?.close(), logged?.close()]);
    await server?.stop();
  });
  beforeEach(() => Promise.all([plain.reset(), logged.reset()]));

  describe.each(engine.clients.map(([form, connect], i) => [form, connect, shapesFor(i, major)] as const))(
    'with %s',
    (_form, connect, shapes) => {
      let bare: ReturnType<Twin['connect']>;
      let audited: ReturnType<Twin['connect']>;
      beforeAll(() => {
        bare = plain.connect(connectPlain);
        audited = logged.connect(connect);
      });

      const battery = (rows: readonly Shape[]): [string, Shape][] => rows.map((shape) => [shape.name, shape]);
      const check = async (_name: string, shape: Shape): Promise<void> => {
        captured.get(engineName)?.delete(shape.name);
        const mark = await engine.mark(logged.pool);
        let group: string | undefined;
        const expected = await outcomeOf(plain, bare, shape);
        const seen = await withContext({ actor: { id: shape.name, role: 'tester' }, requestId: 'r-1' }, () => {
          group = currentContext()?.root.group;
          return outcomeOf(logged, audited, shape);
        });
        expect(seen).toEqual(expected);
        expect(endOf(seen)).toBe(shape.fails);

        const changes = await witnessed(logged.pool);
        expect(summary(changes)).toEqual(shape.sees === '' ? [] : shape.sees.split(', ').sort());
        const caught = await engine.captured(logged.pool, mark);
        const [really, said] = sideBySide(changes, caught);
        expect(said).toEqual(really);
        const actor = { id: shape.name, type: 'user', role: 'tester', requestId: 'r-1' };
        for (const { context, flags, table, op } of caught) {
          expect(context).toEqual({ actor, group });
          expect(flags).toEqual(table === 'people' && op !== 'truncate' ? ['redacted'] : []);
        }
        captured.get(engineName)?.add(shape.name);
      };

      it.each(battery(shapes.filter(({ knownBug }) => !knownBug)))('captures and does not disturb: %s', check);
      const holes = battery(shapes.filter(({ knownBug }) => knownBug));
      if (holes.length > 0) it.failing.each(holes)('a known hole: %s', check);
    },
  );
});

it('there are at least 120 shapes, each with a name of its own', () => {
  expect(ALL_SHAPES.length).toBeGreaterThanOrEqual(120);
  expect(new Set(ALL_SHAPES.map(({ name }) => name)).size).toBe(ALL_SHAPES.length);
});

it('docs/coverage.md lists exactly these shapes, all captured but those with a known hole', () => {
  // `npm run coverage-table` writes it from what this run has seen.
  if (process.env['AUDIT_COVERAGE_TABLE'] === '1') writeFileSync(TABLE_FILE, coverageTable(captured));
  const table = readFileSync(TABLE_FILE, 'utf8');
  expect(namesIn(table)).toEqual(ALL_SHAPES.map(({ name }) => name));
  expect(table).toBe(
    coverageTable(
      new Map(
        ENGINES.map(({ name }) => [name, new Set(ALL_SHAPES.filter((s) => !s.knownBug).map((shape) => shape.name))]),
      ),
    ),
  );
});
