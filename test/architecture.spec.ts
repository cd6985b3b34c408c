import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { readReferences } from './support/imports.js';
import { findViolations } from './support/rooms.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const sources = readdirSync(`${root}src`, { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.ts'))
  .map((path) => ({ file: path.replaceAll('\\', '/'), source: readFileSync(`${root}src/${path}`, 'utf8') }));

describe('the sources', () => {
  it('are read, rather than silently missed', () => {
    expect(sources.length).toBeGreaterThan(10);
  });

  it('import only along the arrows of the table, and keep to the limits', () => {
    expect(sources.flatMap(({ file, source }) => findViolations(file, source))).toEqual([]);
  });

  it('load only packages that package.json asks for', () => {
    const { dependencies, peerDependencies } = JSON.parse(readFileSync(`${root}package.json`, 'utf8'));
    const installed = Object.keys({ ...dependencies, ...peerDependencies });
    const loaded = sources
      // What the page loads is in it when it is built.
      .filter(({ file }) => !file.startsWith('viewer/page/'))
      .flatMap(({ source }) => readReferences(source).references)
      .filter(({ specifier, typeOnly }) => specifier && !typeOnly && !/^(\.|node:)/.test(specifier))
      .map(({ specifier }) => /^(@[^/]+\/)?[^/]+/.exec(specifier ?? '')?.[0]);
    expect(loaded.filter((name) => name && !installed.includes(name))).toEqual([]);
  });
});

describe('the check lets through', () => {
  it.each([
    ['a neighbour in the same room', 'event/ids.ts', `import { a } from './clock.js';`],
    ['an arrow of the table', 'store/postgres/write.ts', `import { a } from '../../chain/leaf.js';`],
    ['a port', 'recorder/writer.ts', `import type { Store } from '../store/port.js';`],
    ['a port with a name', 'query/page.ts', `import type { Store } from '../store/read.port.js';`],
    [
      'all but one',
      'nest/module.ts',
      `import { a } from '../compose/create.js'; import { b } from '../viewer/index.js';`,
    ],
    ['a builtin', 'event/ids.ts', `import { randomUUID } from 'node:crypto';`],
    ['Nest in nest/', 'nest/module.ts', `import { Module } from '@nestjs/common';`],
    ['types of the adapter', 'prisma/adapter.ts', `import type { A } from '@prisma/driver-adapter-utils';`],
    ['an index passed on by the entry', 'index.ts', `export { a } from './event/index.js';`],
    [
      'what needs Nest, passed on by the entry for tests',
      'testing/index.ts',
      `export { A } from '../nest/audit-testing.module.js';`,
    ],
    ['a computed path in cli/', 'cli/config.ts', `export const load = (path: string) => import(path);`],
    ['words in comments and strings', 'event/ids.ts', `// import 'pg'\nexport const text = "import x from 'pg'";`],
    ['a long generated file', 'store/postgres/migrations.generated.ts', '\n'.repeat(400) + 'export {};'],
  ])('%s', (_, file, source) => {
    expect(findViolations(file, source)).toEqual([]);
  });
});

describe('the check finds', () => {
  it.each([
    [
      'an arrow against the table',
      'event/ids.ts',
      `import { a } from '../context/index.js';`,
      /event\/ may not import context\//,
    ],
    [
      'one that is a type only',
      'chain/leaf.ts',
      `import type { A } from '../store/port.js';`,
      /chain\/ may not import store\//,
    ],
    [
      'one inside a type',
      'verify/run.ts',
      `export type A = import('../query/index.js').A;`,
      /import type of '..\/query/,
    ],
    ['one by re-export', 'sealer/index.ts', `export * from '../recorder/index.js';`, /export of '..\/recorder/],
    ['one by dynamic import', 'store/a.ts', `export const a = await import('../sealer/a.js');`, /dynamic import of/],
    ['one by require', 'store/a.ts', `import a = require('../sealer/a.js');`, /require of/],
    [
      'more than the port',
      'recorder/writer.ts',
      `import { a } from '../store/postgres/write.js';`,
      /may not import store/,
    ],
    [
      'a file that is only called like a port',
      'recorder/a.ts',
      `import { a } from '../store/report.js';`,
      /may not import store/,
    ],
    ['nest/ imported', 'cli/main.ts', `import { a } from '../nest/index.js';`, /cli\/ may not import nest\//],
    [
      'nest/ used by the entry for tests',
      'testing/index.ts',
      `import { A } from '../nest/audit-testing.module.js';`,
      /testing\/ may not import nest\//,
    ],
    [
      'nest/ passed on by another file of it',
      'testing/matchers.ts',
      `export { A } from '../nest/audit-testing.module.js';`,
      /testing\/ may not import nest\//,
    ],
    ['compose/ imported', 'http/express.ts', `import { a } from '../compose/create.js';`, /may not import compose/],
    ['Nest outside nest/', 'http/route.ts', `import type { A } from '@nestjs/common';`, /is for nest\/ alone/],
    [
      'Nest below its root',
      'nest/a.ts',
      `import { a } from '@nestjs/common/constants.js';`,
      /not in the list of packages/,
    ],
    ['pg outside store/', 'sealer/a.ts', `import pg from 'pg';`, /is for store\/ alone/],
    ['a generated Prisma client', 'prisma/a.ts', `import { A } from '@prisma/client';`, /not in the list of packages/],
    ['adapter code', 'prisma/a.ts', `import { a } from '@prisma/driver-adapter-utils';`, /its types alone/],
    ['an unknown package', 'event/a.ts', `import a from 'lodash';`, /not in the list of packages/],
    ['a builtin without its prefix', 'event/a.ts', `import fs from 'fs';`, /write 'node:fs'/],
    ['a computed path', 'store/a.ts', `export const load = (path: string) => import(path);`, /computed path/],
    ['a file outside src/', 'store/a.ts', `import a from '../../package.json';`, /leaves src/],
    ['the entry imported', 'cli/main.ts', `import { a } from '../index.js';`, /in no room/],
    ['an inner file passed on by the entry', 'index.ts', `export { a } from './event/ids.js';`, /the entry passes on/],
    [
      'a room that the entry uses itself',
      'index.ts',
      `import { a } from './event/index.js'; a();`,
      /the entry passes on/,
    ],
    ['a room that is not in the table', 'utils/a.ts', `export {};`, /in no room of the table/],
    ['import.meta', 'viewer/a.ts', `export const here = import.meta.url;`, /import\.meta/],
    ['a file that is too long', 'event/a.ts', 'export {};\n'.repeat(301), /301 lines/],
  ])('%s', (_, file, source, message) => {
    expect(findViolations(file, source)).toEqual([expect.stringMatching(message)]);
  });
});
