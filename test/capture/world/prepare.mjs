/**
 * `node prepare.mjs SCHEMA`: makes what a world needs of a schema.prisma, once for each text of it, and prints the folder:
 * `client/` by `prisma generate`, `tables.sql` by Prisma's own migration engine, `models.json` out of the DMMF.
 * A program of its own, since the engine is WebAssembly that can be loaded once for a process.
 */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const require = createRequire(import.meta.url);
const here = dirname(fileURLToPath(import.meta.url));
const [file] = process.argv.slice(2);
const text = readFileSync(file, 'utf8');
const version = require('@prisma/client/package.json').version;
const hash = createHash('sha256')
  .update(JSON.stringify([text, version, readFileSync(fileURLToPath(import.meta.url), 'utf8')]))
  .digest('hex')
  .slice(0, 12);
const generated = join(here, 'generated');
const name = basename(file, '.prisma');
const folder = join(generated, `${name}-${hash}`);

if (!existsSync(folder)) {
  mkdirSync(generated, { recursive: true });
  // Elsewhere first: whoever sees the folder sees all of it, also beside another test file that makes the same.
  const draft = mkdtempSync(join(generated, '.draft-'));
  try {
    const schema = withOwnGenerator(text);
    writeFileSync(join(draft, 'schema.prisma'), schema);
    writeFileSync(join(draft, 'models.json'), JSON.stringify(modelsOf(schema)));
    writeFileSync(join(draft, 'tables.sql'), await tablesOf(schema));
    execFileSync(
      process.execPath,
      [require.resolve('prisma/build/index.js'), 'generate', '--no-hints', '--schema', join(draft, 'schema.prisma')],
      { cwd: join(here, '../../..'), stdio: 'pipe' },
    );
    renameSync(draft, folder);
    // Those of older texts of the same file.
    for (const old of readdirSync(generated)) {
      if (/^(.*)-[0-9a-f]{12}$/.exec(old)?.[1] === name && old !== basename(folder)) {
        rmSync(join(generated, old), { recursive: true, force: true });
      }
    }
  } catch (error) {
    rmSync(draft, { recursive: true, force: true });
    if (!existsSync(folder)) throw error;
  }
}
process.stdout.write(folder);

/** What generators the schema has is its owner's affair; the preview features they switch on are part of the language. */
function withOwnGenerator(source) {
  const blocks = /^[ \t]*generator\s+\w+\s*\{[^]*?^[ \t]*\}/gm;
  const features = /previewFeatures\s*=\s*\[[^\]]*\]/.exec((source.match(blocks) ?? []).join('\n'))?.[0] ?? '';
  const address = /^[ \t]*(?:url|directUrl|shadowDatabaseUrl)\s*=.*$/gm;
  return `generator client {
  provider            = "prisma-client"
  output              = "./client"
  moduleFormat        = "esm"
  importFileExtension = "js"
  ${features}
}
${source.replace(blocks, '').replace(address, '')}`;
}

function modelsOf(datamodel) {
  const { getDMMF } = require('@prisma/get-dmmf');
  const found = getDMMF({ datamodel });
  if (!found.datamodel) throw new Error(String(found.error ?? found.reason));
  return { models: found.datamodel.models, enums: found.datamodel.enums };
}

async function tablesOf(content) {
  const glue = await import('@prisma/schema-engine-wasm/schema_engine_bg');
  const folderOf = dirname(require.resolve('@prisma/schema-engine-wasm'));
  const wasm = new WebAssembly.Module(readFileSync(join(folderOf, 'schema_engine_bg.wasm')));
  const instance = new WebAssembly.Instance(wasm, { './schema_engine_bg.js': glue });
  glue.__wbg_set_wasm(instance.exports);
  instance.exports.__wbindgen_start();
  const adapter = withoutDatabase();
  const engine = await glue.SchemaEngine.new({ datamodels: [['schema.prisma', content]] }, () => undefined, adapter);
  const { stdout } = await engine.diff({
    from: { tag: 'empty' },
    to: { tag: 'schemaDatamodel', files: [{ path: 'schema.prisma', content }] },
    script: true,
    exitCode: false,
    filters: { externalTables: [], externalEnums: [] },
  });
  return stdout;
}

/** Of a database a diff of two schemas asks one thing: whether its schema is there, and the version of the server. */
function withoutDatabase() {
  const { bindMigrationAwareSqlAdapterFactory, ColumnTypeEnum } = require('@prisma/driver-adapter-utils');
  const facts = { provider: 'postgres', adapterName: '@prisma/adapter-pg' };
  const connection = {
    ...facts,
    getConnectionInfo: () => ({ schemaName: 'public', supportsRelationJoins: true }),
    queryRaw: () =>
      Promise.resolve({
        columnNames: ['exists', 'version', 'numeric_version'],
        columnTypes: [ColumnTypeEnum.Boolean, ColumnTypeEnum.Text, ColumnTypeEnum.Int32],
        rows: [[true, 'PostgreSQL 18.0', 180000]],
      }),
    executeRaw: () => Promise.reject(new Error('a diff of two schemas changes nothing')),
    executeScript: () => Promise.resolve(),
    dispose: () => Promise.resolve(),
  };
  const connect = () => Promise.resolve(connection);
  return bindMigrationAwareSqlAdapterFactory({ ...facts, connect, connectToShadowDb: connect });
}
