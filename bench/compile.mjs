#!/usr/bin/env node
/**
 * What the types cost the compiler: the quickstart as it is, with its audit.config.ts and catalogue, against the same sources
 * with stand-ins for this package that say nothing. Prints the least of several runs of
 * `tsc --extendedDiagnostics`: what other programs of the machine add is not the compiler's.
 *
 *   node bench/compile.mjs [rounds]      after `npm run generate` and `npm run build`
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const example = fileURLToPath(new URL('../examples/quickstart/', import.meta.url));
const root = fileURLToPath(new URL('..', import.meta.url));
const tsc = fileURLToPath(new URL('../node_modules/typescript/bin/tsc', import.meta.url));
const rounds = Number(process.argv[2] ?? 5);
const work = mkdtempSync(join(example, '.compile-'));

const STANDINS = {
  'index.d.ts': `export declare const Audited: (...options: any[]) => MethodDecorator;
export declare class AuditService { login: any; flush: any; record: any; }
export declare const AuditModule: any;
export interface AuditRegister {}\n`,
  'prisma.d.ts': `export declare function audited<C>(client: C): C;
export declare function defineActions<A>(actions: A): A;\n`,
};

function project(name, files, paths) {
  // What the stand-ins leave untyped is no error here.
  const extra = { rootDir: root, noEmit: true, noImplicitAny: false, paths };
  const config = { extends: '../tsconfig.json', compilerOptions: extra, include: files };
  writeFileSync(join(work, `${name}.json`), JSON.stringify(config));
  return join(work, `${name}.json`);
}

function measure(config) {
  // The shell knows the processor's time of its children, Node does not.
  const command = `TIMEFORMAT='Processor: %U'; time "$0" "$@"`;
  const flags = ['-p', config, '--extendedDiagnostics', '--singleThreaded'];
  const run = spawnSync('bash', ['-c', command, process.execPath, tsc, ...flags], { encoding: 'utf8' });
  const output = run.stdout + run.stderr;
  if (run.status !== 0) throw new Error(output);
  const figure = (name) => Number(new RegExp(`^${name}:\\s+([\\d.]+)`, 'm').exec(output)?.[1] ?? Number.NaN);
  return Object.fromEntries(
    ['Files', 'Types', 'Instantiations', 'Check time', 'Total time', 'Processor'].map((name) => [name, figure(name)]),
  );
}

try {
  for (const [file, text] of Object.entries(STANDINS)) writeFileSync(join(work, file), text);
  const built = (entry) => [join(root, `dist/esm/${entry}.d.ts`)];
  const configs = {
    without: project('without', ['../src'], {
      'nestjs-prisma-audit': [join(work, 'index.d.ts')],
      'nestjs-prisma-audit/prisma': [join(work, 'prisma.d.ts')],
    }),
    with: project('with', ['../src', '../audit.config.ts'], {
      'nestjs-prisma-audit': built('index'),
      'nestjs-prisma-audit/prisma': built('prisma/index'),
    }),
  };
  const results = { without: [], with: [] };
  for (let i = 0; i < rounds; i++) for (const name of ['without', 'with']) results[name].push(measure(configs[name]));
  const least = (name, key) => Math.min(...results[name].map((each) => each[key]));
  for (const key of Object.keys(results.with[0])) {
    const [before, after] = [least('without', key), least('with', key)];
    console.log(`${key.padEnd(15)} ${before} → ${after} (${((after / before - 1) * 100).toFixed(1)} %)`);
  }
} finally {
  rmSync(work, { recursive: true });
}
