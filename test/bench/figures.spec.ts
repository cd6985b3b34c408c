import { readFileSync } from 'node:fs';
import { expect, it } from '@jest/globals';
import { comparisonBlock, setupBlock } from '../../bench/compare/readme.mjs';
import { clientGoals, goals, httpGoals } from '../../bench/goals.mjs';

const OPERATIONS = [
  'findUnique',
  'create',
  'update',
  'updateNone',
  'nestedCreate',
  'updateMany100',
  'createMany1000',
  'createMany5000',
];

const capture = (ratio: number, microsOfLarge: number): object[] =>
  OPERATIONS.flatMap((operation) =>
    [1, 10].flatMap((clients) =>
      ['none', 'database'].map((engine) => ({
        operation,
        engine,
        clients,
        // Ten clients, and the work without audit, have no goal.
        ratio: clients === 1 && engine === 'database' ? ratio : 99,
        p50MicrosPerRow: operation === 'createMany5000' && engine === 'database' ? microsOfLarge : 100,
      })),
    ),
  );

it.each([
  [1.03, 130, [true, true, true, true, true, true, true]],
  [1.2, 130, [false, true, true, true, true, true, true]],
  [1.6, 131, [false, true, true, false, false, true, false]],
  [6.51, 50, [false, false, false, false, false, false, true]],
])('goals: a ratio of %d and %d µs a row', (ratio, micros, met) => {
  expect(goals(capture(ratio, micros)).map((goal) => goal.met)).toEqual(met);
});

it.each<[readonly [number, number], string]>([
  [[1.1, 1.8], 'met'],
  [[1.7, 1.9], 'cannot tell'],
  [[1.81, 1.9], 'missed'],
])('a goal of at most 1.8, where the middle half of the rounds is %j: %s', (ratioQuartiles, outcome) => {
  const rows = capture(1.75, 100).map((row) => ({ ...row, pairedRatio: 1.75, ratioQuartiles, rounds: 6 }));
  expect(goals(rows).find(({ goal }) => goal === 'create: ratio')).toMatchObject({
    measured: 1.75,
    spread: ratioQuartiles,
    outcome,
  });
});

it.each([
  [1.1, true],
  [1.11, false],
])('goals of requests: a ratio of p95 of %d at one client, on each platform', (p95Ratio, met) => {
  const rows = ['express', 'fastify'].flatMap((platform) =>
    ['none', 'async', 'committed'].flatMap((variant) =>
      [1, 16].map((clients) => {
        const counts = variant === 'async' && clients === 1;
        return { platform, variant, clients, p95Ratio: counts ? p95Ratio : 99 };
      }),
    ),
  );
  expect(httpGoals(rows).map((goal) => [goal.goal, goal.met])).toEqual([
    ['express, async: p95', met],
    ['fastify, async: p95', met],
  ]);
});

it('goals of engine "client": its ratio beside that of prisma-audit, and none for an operation that either cannot do', () => {
  const rows = (engine: string, ratios: Record<string, number | undefined>): object[] =>
    Object.entries(ratios).map(([operation, ratio]) => ({ operation, engine, clients: 1, ratio }));
  const latency = [
    ...rows('database', { create: 99, update: 99, nestedCreate: 99 }),
    ...rows('client', { create: 1.6, update: 1.7, nestedCreate: 2 }),
    ...rows('prisma-audit', { create: 2, update: 2, nestedCreate: undefined }),
  ];
  expect(clientGoals(latency).map(({ goal, measured, met }) => [goal.split(':')[0], measured, met])).toEqual([
    ['create', 0.8, true],
    ['update', 0.85, false],
  ]);
});

it('the comparison in the README is that of bench/compare/results.json', () => {
  const results: unknown = JSON.parse(readFileSync('bench/compare/results.json', 'utf8'));
  const [, block] = readFileSync('README.md', 'utf8').split(/<!-- \/?comparison -->/);
  expect(block).toBe(`\n${comparisonBlock(results)}\n`);
  const [, setup] = readFileSync('docs/comparison.md', 'utf8').split(/<!-- \/?comparison -->/);
  expect(setup).toBe(`\n${setupBlock(results)}\n`);
});
