import { execFile } from 'node:child_process';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { defineActions, type ActionCatalogue } from '../../src/event/actions.js';
import type { AuditService } from '../../src/index.js';

const run = promisify(execFile);
const root = resolve('.');
const source = join(root, 'test/event/registered');
// Inside the package, so that its own name leads to what `npm test` has built, by the condition of each format.
const folder = join(root, 'node_modules/.cache/registered');

afterAll(() => rm(folder, { recursive: true, force: true }));

async function compile(project: string, ...options: string[]): Promise<string[]> {
  const compiler = join(root, 'node_modules/typescript/bin/tsc');
  const { stdout } = await run(process.execPath, [compiler, '-p', project, '--pretty', 'false', ...options], {
    maxBuffer: 1e8,
  }).catch((error: { stdout: string }) => error);
  return stdout.split('\n');
}

/** What the compiler says to the files of test/event/registered, each as a module of one format. */
async function compiled(format: 'esm' | 'cjs', change: (text: string, file: string) => string): Promise<string> {
  const extension = format === 'esm' ? '.mts' : '.cts';
  const place = join(folder, `${format}-${Math.random().toString(36).slice(2)}`);
  await mkdir(place, { recursive: true });
  for (const name of await readdir(source)) {
    const text = change(await readFile(join(source, name), 'utf8'), name);
    await writeFile(join(place, name.replace('.mts', extension)), text);
  }
  const tsconfig = {
    extends: join(root, 'tsconfig.json'),
    // No `paths`, unlike in the rest of this repository: the types are those of the built package.
    compilerOptions: { noEmit: true, paths: {}, verbatimModuleSyntax: format === 'esm' },
    include: [`*${extension}`],
    exclude: [],
  };
  await writeFile(join(place, 'tsconfig.json'), JSON.stringify(tsconfig));
  const lines = await compile(place, '--listFiles');
  const other = format === 'esm' ? '/dist/cjs/' : '/dist/esm/';
  expect(lines.filter((line) => line.startsWith(join(root, 'dist'))).length).toBeGreaterThan(10);
  expect(lines.filter((line) => line.includes(other) || line.startsWith(join(root, 'src')))).toEqual([]);
  return lines.filter((line) => line.includes('error TS') || line.startsWith(' ')).join('\n');
}

describe.each(['esm', 'cjs'] as const)(
  'a catalogue that is registered, with the declarations of the built package (%s),',
  (format) => {
    it('types the decorator, the service, createAudit() and the client of Prisma', async () => {
      expect(await compiled(format, (text) => text)).toBe('');
    });
  },
);

describe('the quickstart', () => {
  it('compiles with its catalogue registered, and not with an action that is not in it', async () => {
    const place = join(folder, 'quickstart');
    await mkdir(place, { recursive: true });
    const example = join(root, 'examples/quickstart');
    const wrong = `import { Audited } from 'nestjs-prisma-audit';
      Audited('invoice.approve');
      Audited('invoice.aprove');`;
    await writeFile(join(place, 'wrong.mts'), wrong);
    const tsconfig = {
      extends: join(example, 'tsconfig.json'),
      compilerOptions: { noEmit: true, rootDir: root },
      include: [join(example, 'src'), '*.mts'],
      exclude: [],
    };
    await writeFile(join(place, 'tsconfig.json'), JSON.stringify(tsconfig));
    expect((await compile(place)).filter((line) => line.includes('error TS'))).toEqual([
      expect.stringMatching(/wrong\.mts\(3,15\): error TS/),
    ]);
  });
});

describe('docs/actions.md', () => {
  it('says of each line rightly that it does not compile', async () => {
    const text = await readFile(join(root, 'docs/actions.md'), 'utf8');
    const blocks = [...text.matchAll(/^```ts\n(.*?)^```$/gms)].map(([, code = '']) => code);
    const [define = ''] = blocks;
    const [register = '', use = ''] = ['AuditRegister', 'does not compile'].map((words) =>
      blocks.find((code) => code.includes(words)),
    );
    const place = join(folder, 'docs');
    await mkdir(place, { recursive: true });
    const given = `import { Audited, type AuditService } from 'nestjs-prisma-audit'; import type { AuditApi } from 'nestjs-prisma-audit/prisma'; declare const audit: AuditService; declare const tx: { $audit(): AuditApi };\n`;
    // A decorator alone is no statement; its call is.
    const lines = use.replaceAll('@Audited', 'Audited').trimEnd().split('\n');
    await writeFile(join(place, 'actions.ts'), define);
    await writeFile(join(place, 'actions.register.ts'), register);
    await writeFile(join(place, 'use.ts'), given + lines.join('\n'));
    const compilerOptions = { noEmit: true, paths: {} };
    const tsconfig = { extends: join(root, 'tsconfig.json'), compilerOptions, include: ['*.ts'], exclude: [] };
    await writeFile(join(place, 'tsconfig.json'), JSON.stringify(tsconfig));
    const errors = (await compile(place)).filter((line) => line.includes('error TS'));
    expect(lines.every((line) => line.includes('does not compile'))).toBe(true);
    expect(errors.map((line) => line.replace(/^.*\/(\w[\w.]*\(\d+),.*$/, '$1)'))).toEqual(
      lines.map((_, i) => `use.ts(${i + 2})`),
    );
  });
});

describe('the compiler', () => {
  it('names the actions that there are, and one near to what was written', async () => {
    const said = await compiled('esm', (text) => text.replace(/^ *\/\/ @ts-expect-error.*$/gm, ''));
    expect(said.match(/^[^ ].*error TS/gm)).toHaveLength(await expected('@ts-expect-error'));
    expect(said).toContain(`'"invoice.aprove"' is not assignable to parameter of type`);
    expect(said).toContain(`Did you mean '"invoice.approve"'?`);
  });

  it('takes any action and any details as long as nothing is registered', async () => {
    const said = await compiled('cjs', (text, file) =>
      file === 'actions.mts' ? text.replace(/declare module[\s\S]*/, '') : text,
    );
    // All that was forbidden is allowed, but for what no event may have.
    expect(said.match(/Unused '@ts-expect-error' directive/g)).toHaveLength(await expected('@ts-expect-error:'));
  });

  async function expected(directive: string): Promise<number> {
    return (await readFile(join(source, 'wrong.mts'), 'utf8')).split(directive).length - 1;
  }
});

it('does not compile with definitions that are none', () => {
  const wrong = [
    // @ts-expect-error: a misspelled member
    () => defineActions({ a: { severty: 'info' } }),
    // @ts-expect-error: a member more
    () => defineActions({ a: { resource: 'A' }, b: { resource: 'B', title: 'b' } }),
    // @ts-expect-error: a severity that there is not
    () => defineActions({ a: { severity: 'high' } }),
    // @ts-expect-error: a resource is the name of a type
    () => defineActions({ a: { resource: Date } }),
    // @ts-expect-error: details are no schema
    () => defineActions({ a: { details: { total: 'string' } } }),
  ];
  for (const define of wrong) expect(define).toThrow('AUDIT_OPTIONS_INVALID');
  // What a schema takes is known to the compiler alone.
  // @ts-expect-error: details are an object
  expect(() => defineActions({ a: { details: z.string() } })).not.toThrow();
});

it('takes any name where the catalogue is not one that is known', () => {
  const known: ActionCatalogue = defineActions({ a: { resource: 'A' } });
  expect(known['b']).toBeUndefined();
  const record = (audit: AuditService): Promise<void> => audit.record({ action: 'anything', details: { a: 1 } });
  expect(record).toBeInstanceOf(Function);
});
