import { readFileSync } from 'node:fs';
import { PrismaPg } from '@prisma/adapter-pg';
import { bindMigrationAwareSqlAdapterFactory } from '@prisma/driver-adapter-utils';
import pg from 'pg';
import * as bindings from '@prisma/schema-engine-wasm/schema_engine_bg';

let loaded;

/** Node 20 cannot import the module's .wasm by itself. */
function load() {
  const file = new URL('schema_engine_bg.wasm', import.meta.resolve('@prisma/schema-engine-wasm'));
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(readFileSync(file)), {
    './schema_engine_bg.js': bindings,
  });
  bindings.__wbg_set_wasm(exports);
  exports.__wbindgen_start();
  return bindings;
}

/** What `prisma migrate diff` says that leads from one schema to another; each a list of `[path, text]`. `url`: any database. */
export async function migrationSql(url, from, to) {
  loaded ??= load();
  const pool = new pg.Pool({ connectionString: url, max: 1 });
  const adapter = bindMigrationAwareSqlAdapterFactory(new PrismaPg(pool));
  const engine = await loaded.SchemaEngine.new({}, () => {}, adapter);
  const target = (files) => ({
    tag: 'schemaDatamodel',
    files: files.map(([path, content]) => ({ path, content })),
    configDir: '.',
  });
  const filters = { externalTables: [], externalEnums: [] };
  const diff = { from: target(from), to: target(to), script: true, exitCode: null, shadowDatabaseUrl: null, filters };
  try {
    return (await engine.diff(diff)).stdout;
  } finally {
    engine.free();
    await pool.end();
  }
}
