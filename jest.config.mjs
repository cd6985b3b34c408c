/** Long batteries are switched on by AUDIT_TEST_FULL=1; test/support/full.ts is what they ask. */
const full = process.env.AUDIT_TEST_FULL === '1';
const allFiles = full || process.env.AUDIT_TEST_FILES === 'all';

/**
 * Not for the short run, which is to stay short: they start processes or servers, or take long to load. The long run has them, and
 * with AUDIT_TEST_FILES=all a run that is otherwise short, as .ci/run does it.
 */
const LONG = [
  'bench/export',
  'capture/concurrent',
  'capture/many-rows',
  'capture/mixed-rows',
  'capture/mutants',
  'capture/on-missing',
  'capture/pg-stat-statements',
  'capture/pooler',
  'capture/renamed-schema',
  'cli/actions',
  'cli/cli',
  'cli/config',
  'cli/declare-restore',
  'cli/doctor',
  'cli/engine',
  'cli/evidence',
  'cli/evidence-words',
  'cli/export',
  'cli/keygen',
  'cli/levels',
  'cli/proofs',
  'cli/refusals',
  'cli/seal-once',
  'cli/verify',
  'compose/without-opentelemetry',
  'capture/short-way',
  'event/actions.types',
  'event/exact-json',
  'event/uuid',
  'exports',
  'generator/generate',
  'chain/proof',
  'checkpoint/prove',
  'checkpoint/publish',
  'checkpoint/anchors',
  'checkpoint/faults',
  'checkpoint/hostile-anchor',
  'checkpoint/kill',
  'checkpoint/on-disk',
  'checkpoint/s3',
  'hostile/caller',
  'hostile/caller-engine',
  'hostile/caller-process',
  'hostile/clocks-and-sequences',
  'hostile/deferred',
  'hostile/functions',
  'hostile/held-events',
  'hostile/verify-cli',
  'migrations/backfill',
  'migrations/coverage-watch',
  'migrations/migrate-command',
  'migrations/prisma-command',
  'migrations/prisma-migrate',
  'migrations/versions',
  'nest/actions',
  'nest/callbacks',
  'nest/crowd',
  'nest/handler-options',
  'nest/instances',
  'nest/lifecycle',
  'nest/logout',
  'nest/outage',
  'nest/request-id',
  'nest/route-table',
  'nest/spool',
  'nest/tracing',
  'postgres',
  'prisma/client-engine/faults',
  'prisma/plain-read/plain-reads',
  'prisma/reads/around',
  'prisma/reads/log',
  'query/conditions',
  'query/documented',
  'query/questions',
  'query/plan',
  'hostile/escapes',
  'recorder/kill',
  'recorder/reads-early',
  'recorder/outage',
  'sealer/chaos',
  'sealer/finder',
  'sealer/own-connections',
  'sealer/races',
  'store/doctor',
  'store/large-row',
  'store/migrate',
  'store/privileges',
  'testing/module',
  'transports/brokers',
  'transports/crowd',
  'transports/messages',
  'transports/standalone',
  'pg/interference',
  'verifier/go',
  'verifier/python',
  'verify/copied',
  'verify/headers',
  'verify/malicious',
  'verify/restored',
].map((name) => `test/${name}.spec`);

/** In the long run alone. */
const LONGEST = [
  'checkpoint/faults',
  'checkpoint/published-log',
  'hostile/deferred',
  'nest/crowd',
  'query/conditions',
  'transports/crowd',
  'verify/memory',
  'verify/mutants',
  'verify/restored',
].map((name) => `test/${name}.spec`);

/** @type {import('jest').Config} */
export default {
  testEnvironment: 'node',
  testMatch: ['<rootDir>/test/**/*.spec.ts', '<rootDir>/examples/*/test/**/*.spec.ts'],
  testPathIgnorePatterns: [
    '/node_modules/',
    '<rootDir>/dist/',
    '/generated/',
    '/transports/nest11/',
    '<rootDir>/test/prisma/prisma6/',
    ...(allFiles ? [] : LONG),
    ...(full ? [] : LONGEST),
  ],
  // One server for the run. Both are .mjs, since jest does not send these two through `transform`.
  globalSetup: '<rootDir>/test/support/global-setup.mjs',
  globalTeardown: '<rootDir>/test/support/global-teardown.mjs',
  maxWorkers: 3, // of two cores: some wait for locks and processes
  testTimeout: full ? 600_000 : 30_000,
  watchman: false,
  // A second package.json of the same name (examples, dist) would be reported as a collision.
  modulePathIgnorePatterns: [
    '<rootDir>/dist/',
    '<rootDir>/bench/compare/(generated|node_modules)/',
    '<rootDir>/test/pg/[^/]*/node_modules/',
    '<rootDir>/examples/.*/dist/',
    '<rootDir>/test/prisma/prisma6/',
  ],

  // Nest 12 is ESM, and jest on Node 20 cannot require it: the tests are ESM as well.
  extensionsToTreatAsEsm: ['.ts'],
  moduleNameMapper: {
    // Sources import './x.js', as Node needs it; here the file is still x.ts.
    '^(\\.{1,2}/.*)\\.js$': '$1',
    // The package by its own name is the sources too, so that a test never meets two copies of it.
    '^nestjs-prisma-audit$': '<rootDir>/src/index.ts',
    '^nestjs-prisma-audit/evidence$': '<rootDir>/src/checkpoint/index.ts',
    '^nestjs-prisma-audit/([a-z0-9]+)$': '<rootDir>/src/$1/index.ts',
    // Mercurius' page for queries, which no test opens.
    '^@fastify/static$': '<rootDir>/test/support/nothing.cjs',
  },
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      {
        swcrc: false,
        module: { type: 'es6' },
        jsc: {
          target: 'es2022',
          parser: { syntax: 'typescript', decorators: true },
          // The same output as tsc's: metadata for Nest's injection, and fields that are defined, not assigned.
          transform: { legacyDecorator: true, decoratorMetadata: true, useDefineForClassFields: true },
          keepClassNames: true,
        },
      },
    ],
  },

  collectCoverageFrom: ['src/**/*.ts', '!src/**/*.generated.ts'],
  // V8's own coverage takes three times as long with ESM.
  coverageProvider: 'babel',
};
