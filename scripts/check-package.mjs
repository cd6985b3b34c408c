#!/usr/bin/env node
/**
 * Checks the package as a user gets it: packed, installed into fresh applications (Nest 12 as ESM, Nest 11 as CommonJS,
 * and none at all), compiled against its types, run against a real PostgreSQL, and verified by its own command line.
 */
import { cpSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { startPostgres } from '../test/support/postgres.mjs';
import { packagesOf } from './check-package/declarations.mjs';
import { run, step } from './check-package/steps.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const { name, bin, exports, devDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const [command] = Object.keys(bin);
const entries = Object.keys(exports).filter((entry) => !entry.endsWith('.json'));

/** Packages that the types of an entry must not need, since an application can use it without them. */
const FOREIGN = {
  './core': ['@nestjs/', 'rxjs', '@prisma/'],
  './prisma': ['@nestjs/', 'rxjs'],
  './context': ['@nestjs/', 'rxjs', '@prisma/'],
  './verify': ['@nestjs/', 'rxjs', '@prisma/'],
  './evidence': ['@nestjs/', 'rxjs', '@prisma/', '@aws-sdk/', 'pg'],
  './s3': ['@nestjs/', 'rxjs', '@prisma/', '@aws-sdk/'],
  './formats': ['@nestjs/', 'rxjs', '@prisma/', '@aws-sdk/', 'pg'],
  './testing/memory': ['@nestjs/', 'rxjs', '@prisma/', 'jest', '@jest/', 'expect', 'vitest'],
  './pg': ['@nestjs/', 'rxjs', '@prisma/', 'pg', '@types/pg'],
  './express': ['@nestjs/', 'rxjs', '@prisma/', 'express'],
  './fastify': ['@nestjs/', 'rxjs', '@prisma/', 'fastify'],
  './testing': ['@nestjs/testing', 'jest', '@jest/', 'expect', 'vitest'],
};

const NEST_11 = '11.2.10';
const APPS = [
  { label: 'Nest 12, ESM', type: 'module', nest: devDependencies['@nestjs/common'] },
  { label: 'Nest 11, CommonJS', type: 'commonjs', nest: NEST_11 },
];

// The real path, since on some systems the folder for temporary files is behind a link, and Node resolves links.
const work = mkdtempSync(join(realpathSync(tmpdir()), `${name}-check-`));
const failures = [];
try {
  const tarball = await packed();
  const server = await startPostgres();
  try {
    // Side by side: most of the time goes into waiting for the registry.
    const checks = [checkBare(tarball), ...APPS.map((app) => checkApp(app, tarball, server.url))];
    for (const { reason } of await Promise.allSettled(checks)) if (reason) failures.push(reason);
  } finally {
    await server.stop();
  }
} catch (error) {
  failures.push(error);
} finally {
  rmSync(work, { recursive: true, force: true });
}
for (const failure of failures) console.error(`\n${failure.message}`);
console.log(
  failures.length ? `\n${failures.length} of the package checks failed.` : '\nThe package is fit to publish.',
);
process.exitCode = failures.length ? 1 : 0;

async function packed() {
  await step('builds', () => run('npm', ['run', 'build'], { cwd: root }));
  const tarball = await step('packs', async () => {
    const report = await run('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', work], { cwd: root });
    return join(work, JSON.parse(report)[0].filename);
  });
  const tool = (file) => fileURLToPath(new URL(file, new URL('../node_modules/', import.meta.url)));
  await step('publint', () => run('node', [tool('publint/src/cli.js'), '--strict', tarball], { cwd: work }));
  const attw = [tool('@arethetypeswrong/cli/dist/index.js'), tarball, '--profile', 'node16'];
  await step('are the types wrong', () => run('node', attw, { cwd: work }));
  return tarball;
}

/** No peer is there: what needs none must load, and so must the command line. */
async function checkBare(tarball) {
  const cwd = await install('no peers', 'module', [tarball]);
  const free = entries
    .filter((entry) => FOREIGN[entry]?.includes('@nestjs/') && FOREIGN[entry].includes('@prisma/'))
    .filter((entry) => entry !== './s3') // which needs a peer at run time, and not for its types
    .map(nameOf);
  await step(`no peers: loads ${free.join(' and ')}`, async () => {
    writeFileSync(join(cwd, 'load.mjs'), free.map((entry) => `import '${entry}';\n`).join(''));
    writeFileSync(join(cwd, 'load.cjs'), free.map((entry) => `require('${entry}');\n`).join(''));
    await run('node', ['load.mjs'], { cwd });
    await run('node', ['load.cjs'], { cwd });
  });
  await step('no peers: the command line starts', () => run('npx', ['--no-install', command, '--help'], { cwd }));
  await step('types of an entry need no foreign package', async () => {
    for (const format of ['import', 'require']) {
      for (const [entry, foreign] of Object.entries(FOREIGN)) {
        const packages = packagesOf(join(cwd, 'node_modules', name, exports[entry][format].types));
        for (const [needed, file] of packages) {
          if (!foreign.some((prefix) => needed.startsWith(prefix))) continue;
          throw new Error(`The types of ${nameOf(entry)} (${format}) lead to ${needed}, imported by ${file}`);
        }
      }
    }
  });
}

async function checkApp({ label, type, nest }, tarball, serverUrl) {
  const version = (dependency) => `${dependency}@${devDependencies[dependency]}`;
  const cwd = await install(label, type, [
    tarball,
    ...['common', 'core', 'platform-express'].map((part) => `@nestjs/${part}@${nest}`),
    ...[
      'reflect-metadata',
      'rxjs',
      '@prisma/client',
      '@aws-sdk/client-s3',
      'typescript',
      '@types/node',
      '@types/express',
    ].map(version),
  ]);
  await step(`${label}: compiles, with the types of its dependencies checked`, async () => {
    cpSync(join(root, 'scripts/check-package/app.ts'), join(cwd, 'app.ts'));
    const imports = entries.map((entry, i) => `import * as entry${i} from '${nameOf(entry)}';\n`);
    const uses = entries.map(
      (_, i) => `if (Object.keys(entry${i}).length === 0) throw new Error('${entries[i]} is empty');\n`,
    );
    writeFileSync(join(cwd, 'entries.ts'), [...imports, ...uses].join(''));
    const decorators = { experimentalDecorators: true, emitDecoratorMetadata: true };
    const strictness = { strict: true, skipLibCheck: false, types: ['node'] };
    const compilerOptions = { target: 'ES2022', module: 'NodeNext', ...decorators, ...strictness };
    writeFileSync(join(cwd, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['app.ts', 'entries.ts'] }));
    await run('node', ['node_modules/typescript/bin/tsc'], { cwd });
  });
  await step(`${label}: ${type === 'module' ? 'imports' : 'requires'} each of ${entries.map(nameOf).join(', ')}`, () =>
    run('node', ['entries.js'], { cwd }),
  );

  const AUDIT_DATABASE_URL = await createDatabase(serverUrl, `check_${type}`);
  const options = { cwd, env: { AUDIT_DATABASE_URL } };
  await step(`${label}: ${command} migrate`, () => run('npx', ['--no-install', command, 'migrate'], options));
  await step(`${label}: serves a request`, () => run('node', ['app.js'], options));
  await step(`${label}: ${command} verify`, async () => {
    const report = await run('npx', ['--no-install', command, 'verify', '--json'], options);
    const { verdict } = JSON.parse(report);
    if (verdict !== 'VERIFIED') throw new Error(`The verdict is ${verdict}:\n${report}`);
  });
  await step(`${label}: the request is in the log`, async () => {
    const rows = await ask(AUDIT_DATABASE_URL, 'select * from audit.entry order by seq');
    const mentions = rows.filter((row) => Object.values(row).some((value) => textOf(value).includes('ping.send')));
    if (mentions.length !== 1) {
      throw new Error(
        `${mentions.length} of ${rows.length} entries mention ping.send:\n${JSON.stringify(rows, null, 1)}`,
      );
    }
  });
}

/** A new folder with these packages in it. */
async function install(label, type, packages) {
  const cwd = join(work, label.replaceAll(/\W+/g, '-'));
  mkdirSync(cwd);
  writeFileSync(join(cwd, 'package.json'), JSON.stringify({ name: 'app', private: true, type }));
  const flags = ['--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  await step(`${label}: installs`, () => run('npm', ['install', ...flags, ...packages], { cwd }));
  return cwd;
}

function nameOf(entry) {
  return name + entry.slice(1);
}

function textOf(value) {
  return Buffer.isBuffer(value) ? value.toString() : (JSON.stringify(value) ?? '');
}

async function createDatabase(serverUrl, database) {
  await ask(serverUrl, `drop database if exists ${database} with (force)`);
  await ask(serverUrl, `create database ${database}`);
  const url = new URL(serverUrl);
  url.pathname = `/${database}`;
  return url.href;
}

async function ask(connectionString, statement) {
  const client = new pg.Client({ connectionString });
  await client.connect();
  try {
    return (await client.query(statement)).rows;
  } finally {
    await client.end();
  }
}
