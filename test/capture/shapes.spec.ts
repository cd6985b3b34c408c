import { readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { full } from '../support/full.js';
import { startPostgres, type PostgresServer } from '../support/postgres.mjs';
import { coverageTable, namesIn, TABLE_FILE } from './shapes/coverage-table.js';
import { ENGINES, type CaptureEngine } from './shapes/engine.js';
import { ALL_SHAPES } from './shapes/index.js';
import { pairOf, putThrough, type Pair } from './shapes/put-through.js';
import { sample, sampleName } from './shapes/sample.js';
import type { Shape } from './shapes/shape.js';
import { openTwin, type Twin } from './shapes/twins.js';

/** Names of the shapes that went through with every form of client that was tried: captured, or said to be a gap. */
const passed = new Map<string, Set<string>>(ENGINES.map(({ name }) => [name, new Set()]));

/** `undefined`: the server of the test run, the newest. Older ones under full only. */
const MAJORS: readonly (14 | 15 | 16 | 17 | undefined)[] = full ? [undefined, 14, 15, 16, 17] : [undefined];

/** On older servers each sixth. In a run that is not full the first form of the first engine goes through an eighth, the others through less. */
const shapesFor = (engine: CaptureEngine, form: number, older: boolean): readonly Shape[] =>
  older ? ALL_SHAPES.filter((_, i) => i % 6 === 0) : sample(ALL_SHAPES, form > 0 ? 32 : engine === ENGINES[0] ? 8 : 16);

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

  const forms = engine.clients.map(
    ([form, connect, gaps], i) =>
      [form, connect, gaps?.(major === undefined) ?? {}, shapesFor(engine, i, major !== undefined)] as const,
  );
  describe.each(forms)(`with %s (${sampleName})`, (_form, connect, gaps, shapes) => {
    let pair: Pair;
    beforeAll(() => void (pair = pairOf(plain, logged, connect)));

    const battery = (known: boolean): [string, Shape][] =>
      shapes.filter(({ knownBug }) => (knownBug !== undefined) === known).map((shape) => [shape.name, shape]);
    const check = async (_name: string, shape: Shape): Promise<void> => {
      passed.get(engineName)?.delete(shape.name);
      await putThrough(engine, pair, shape, gaps[shape.name]);
      passed.get(engineName)?.add(shape.name);
    };
    it.each(battery(false))('captures and does not disturb: %s', check);
    const holes = battery(true);
    if (holes.length > 0) it.failing.each(holes)('a known hole: %s', check);
  });
});

it('there are at least 120 shapes, each with a name of its own', () => {
  expect(ALL_SHAPES.length).toBeGreaterThanOrEqual(120);
  expect(new Set(ALL_SHAPES.map(({ name }) => name)).size).toBe(ALL_SHAPES.length);
});

it('docs/coverage.md lists exactly these shapes, all captured but those with a known hole', () => {
  // `npm run coverage-table` writes it from what this run has seen.
  if (process.env['AUDIT_COVERAGE_TABLE'] === '1') writeFileSync(TABLE_FILE, coverageTable(passed));
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
