import { full } from '../support/full.js';
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { transformSync } from '@swc/core';
import { afterAll, describe, expect, it } from '@jest/globals';
import { catalogueOf, generate, MANIFEST, type Request } from '../../src/prisma/generator/index.js';
import { moduleText } from '../../src/prisma/generator/module-text.js';
import { readSchemaFiles } from '../../src/prisma/generator/schema-files.js';
import { triggerSql } from '../../src/store/postgres/index.js';
import { readReferences } from '../support/imports.js';
import { HEAD, SCHEMAS } from './schemas.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const prisma = createRequire(import.meta.url).resolve('prisma/build/index.js');
// Below the project, so that the client's generator finds its package.
mkdirSync(new URL('generated', import.meta.url), { recursive: true });
const work = mkdtempSync(fileURLToPath(new URL('generated/test-', import.meta.url)));
afterAll(() => rmSync(work, { recursive: true, force: true }));

/** For a start of Prisma, two seconds of work, on a machine that others use too. */
const PATIENCE = 180_000;

/** Writes a schema into a folder of its own. @param head replaces the generators and the datasource */
function write(files: Readonly<Record<string, string>>, head = HEAD()): string {
  const folder = mkdtempSync(join(work, 'schema-'));
  for (const [name, content] of Object.entries({ 'head.prisma': head, ...files })) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
  return folder;
}

/** `prisma generate`, which finds our command as it finds that of an installed package. */
function prismaGenerate(schema: string): { code: number | null; output: string } {
  const PATH = `${join(root, 'scripts/bin')}${delimiter}${process.env['PATH'] ?? ''}`;
  const env = {
    ...process.env,
    PATH,
    PRISMA_SCHEMA_ENGINE_BINARY: process.execPath,
    NO_COLOR: '1',
    CHECKPOINT_DISABLE: '1',
  };
  const run = spawnSync(process.execPath, [prisma, 'generate', '--no-hints', '--schema', schema], {
    cwd: work, // where no prisma.config.ts is
    env,
    encoding: 'utf8',
  });
  return { code: run.status, output: `${run.stdout}${run.stderr}` };
}

/** What another program gets that loads the module in either format. */
function load(module: string, type: 'es6' | 'commonjs'): unknown {
  const { code } = transformSync(module, { swcrc: false, module: { type }, jsc: { target: 'es2022', parser: { syntax: 'typescript' } } }); // prettier-ignore
  const file = join(
    work,
    `catalogue-${createHash('md5').update(code).digest('hex')}.${type === 'es6' ? 'mjs' : 'cjs'}`,
  );
  writeFileSync(file, code);
  const statement = `${type === 'es6' ? `import * as m from ${JSON.stringify(file)}` : `const m = require(${JSON.stringify(file)})`}; console.log(JSON.stringify(m.catalogue))`; // prettier-ignore
  const flag = `--input-type=${type === 'es6' ? 'module' : 'commonjs'}`;
  const run = spawnSync(process.execPath, [flag, '-e', statement], { encoding: 'utf8' });
  if (run.status !== 0) throw new Error(run.stderr);
  return JSON.parse(run.stdout);
}

// Prisma's own command takes seconds.
const itFull = full ? it : it.skip;

describe('prisma generate', () => {
  it(
    'writes the catalogue and the triggers, beside the client of prisma-client, of a folder',
    async () => {
      const folder = write(SCHEMAS['social']?.files ?? {});
      expect(prismaGenerate(folder)).toMatchObject({ code: 0 });
      const catalogue = catalogueOf(await readSchemaFiles(folder));
      expect(Object.keys(catalogue.models)).toEqual(['Group', 'Person', '_GroupToPerson', '_follow']);
      expect(readFileSync(join(folder, 'audit/catalogue.ts'), 'utf8')).toBe(moduleText(catalogue));
      expect(readFileSync(join(folder, 'audit/triggers.sql'), 'utf8')).toBe(triggerSql(catalogue, {}));
    },
    PATIENCE,
  );

  itFull(
    'writes them beside the client of prisma-client-js, of one file, with settings, where the default says',
    () => {
      const generators = HEAD([], 'prisma-client-js').replace('output   = "./audit"', 'schema = "log"\n tableSchema = "app"'); // prettier-ignore
      const folder = write({ 'prisma/schema.prisma': `${generators}\n${SCHEMAS['shop']?.files['shop.prisma']}` }, '');
      expect(prismaGenerate(join(folder, 'prisma/schema.prisma'))).toMatchObject({ code: 0 });
      expect(readFileSync(join(folder, 'generated/audit/catalogue.ts'), 'utf8')).toMatch(/table: "customers"/);
      const sql = readFileSync(join(folder, 'generated/audit/triggers.sql'), 'utf8');
      expect(sql).toMatch(/"log"\.attach\('"app"\."Order"', array\['Order', '', '\{"shop","number"\}'/);
      expect(sql).toMatch(/"log"\.detach\('"app"\."all the tags"'\)/);
      expect(sql).not.toMatch(/"audit"|"public"/);
    },
    PATIENCE,
  );

  itFull(
    'fails on an annotation, and says where and what',
    () => {
      const content = 'model A {\n  id Int @id\n  pw String /// @audit redcat\n}';
      const head = HEAD().replace(/generator client \{[^}]*\}/, '');
      const { code, output } = prismaGenerate(write({ 'deep/a.prisma': content }, head));
      expect(code).toBe(1);
      const message = /deep\/a\.prisma:3: "@audit redcat" is not understood.*Did you mean "@audit redact"/;
      expect(output.replaceAll('\n', ' ')).toMatch(message);
    },
    PATIENCE,
  );
});

describe('the generator', () => {
  it('answers Prisma from the built package too, whose imports Node resolves, and not a compiler', () => {
    const run = spawnSync(process.execPath, [join(root, 'dist/esm/cli/bin.js')], {
      env: { ...process.env, PRISMA_GENERATOR_INVOCATION: 'true' },
      input: '{"jsonrpc":"2.0","method":"getManifest","params":{},"id":7}\n',
      encoding: 'utf8',
    });
    // Prisma listens to standard error.
    expect(JSON.parse(run.stderr)).toMatchObject({ id: 7, result: { manifest: MANIFEST } });
  });

  const request = (config: Record<string, string | string[]>, provider = 'postgresql'): Request => ({
    generator: { name: 'audit', output: { value: join(work, provider) }, config },
    schemaPath: write({}, 'model A {\n  id Int @id\n}'),
    dmmf: { datamodel: { models: [] } },
    datasources: [{ activeProvider: provider }],
  });

  it.each([
    ['it does not have', { folder: 'x' }, /folder is not a setting of it.*there are output, schema, tableSchema/],
    ['of two texts', { schema: ['a', 'b'] }, /schema is not a setting of it, or not one text/],
    ['that is no name', { schema: 'Audit Log' }, /schema must be a lower-case name/],
  ])('refuses a setting %s', async (_name, config, message) => {
    await expect(generate(request(config), triggerSql)).rejects.toThrow(message);
  });

  it('writes no triggers for another database', async () => {
    await generate(request({}, 'mysql'), triggerSql);
    expect(readdirSync(join(work, 'mysql'))).toEqual(['catalogue.ts']);
  });
});

describe('the module of a catalogue', () => {
  const odd = `model B {\n id Int @id\n x B[] @relation("_proto__")\n y B[] @relation("_proto__")\n}`;
  const files = { ...SCHEMAS['odd']?.files, 'proto.prisma': odd };
  const catalogue = catalogueOf(Object.entries(files).map(([path, content]) => ({ path, content })));
  const text = moduleText(catalogue);

  it('needs nothing at run time', () => {
    const { references } = readReferences(text);
    expect(references).toEqual([{ kind: 'import', specifier: 'nestjs-prisma-audit/prisma', typeOnly: true }]);
  });

  it.each(['es6', 'commonjs'] as const)('is the catalogue, loaded as %s, with the oddest names', (type) => {
    const loaded = load(text, type);
    expect(JSON.stringify(loaded)).toBe(JSON.stringify(catalogue));
    expect(Object.keys((loaded as typeof catalogue).models)).toContain('__proto__');
  });
});
