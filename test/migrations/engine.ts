import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { PrismaPg } from '@prisma/adapter-pg';
import {
  ColumnTypeEnum,
  bindMigrationAwareSqlAdapterFactory,
  type SqlDriverAdapter,
} from '@prisma/driver-adapter-utils';
import type { MigrationList, SchemaEngine, SchemaFilter } from '@prisma/schema-engine-wasm';
import pg from 'pg';

/**
 * Prisma's own migration engine, the one that `prisma migrate` starts as a program, in its WebAssembly form. It runs on the
 * driver adapter; three things that the adapter does not do for it yet are bridged here.
 */
export interface Engine {
  /** `prisma migrate deploy`: names of the migrations applied. */
  readonly deploy: (folder: string) => Promise<readonly string[]>;
  /** `prisma migrate reset`, without what it applies afterwards. */
  readonly reset: () => Promise<void>;
  /** What `prisma migrate status` and `dev` ask first: `undefined` if history and database agree. */
  readonly diagnose: (folder: string) => Promise<unknown>;
  /** What `prisma migrate dev` would do next: `createMigration`, or `reset` with the reason. */
  readonly next: (folder: string) => Promise<unknown>;
  /** `prisma migrate diff --from-migrations … --to-schema …`, with a shadow database: 0 and no SQL if they agree. */
  readonly drift: (folder: string, schema: string) => Promise<{ readonly code: number; readonly sql: string }>;
  /** The same, from the live database. */
  readonly liveDrift: (schema: string) => Promise<{ readonly code: number; readonly sql: string }>;
  readonly close: () => Promise<void>;
}

const FILTERS: SchemaFilter = { externalTables: [], externalEnums: [] };
const packageDirectory = dirname(createRequire(import.meta.url).resolve('@prisma/schema-engine-wasm'));

/** @param schema text of schema.prisma */
export async function openEngine(url: string, schema: string): Promise<Engine> {
  const { SchemaEngine: Constructor } = await load();
  const files = [{ path: 'schema.prisma', content: schema }];
  const adapters: SqlDriverAdapter[] = [];
  const factory = bindMigrationAwareSqlAdapterFactory({
    provider: 'postgres',
    adapterName: '@prisma/adapter-pg',
    connect: async () => {
      const adapter = await connect(url);
      adapters.push(adapter);
      return adapter;
    },
    connectToShadowDb: () => connectToShadow(url),
  });
  const engine: SchemaEngine = await Constructor.new(
    { datamodels: [['schema.prisma', schema]] },
    () => undefined,
    factory,
  );
  const diff = async (
    from: Parameters<SchemaEngine['diff']>[0]['from'],
    content: string,
  ): Promise<{ code: number; sql: string }> => {
    const to = { tag: 'schemaDatamodel' as const, files: [{ path: 'schema.prisma', content }] };
    const found = await engine.diff({ from, to, script: true, exitCode: true, filters: FILTERS });
    return { code: found.exitCode, sql: found.stdout ?? '' };
  };
  return {
    async deploy(folder) {
      return (await engine.applyMigrations({ migrationsList: listOf(folder), filters: FILTERS })).appliedMigrationNames;
    },
    reset: () => engine.reset({ filter: FILTERS }),
    async diagnose(folder) {
      const asked = { migrationsList: listOf(folder), optInToShadowDatabase: true, filters: FILTERS };
      const { history, editedMigrationNames, failedMigrationNames } = await engine.diagnoseMigrationHistory(asked);
      const wrong = { history: history ?? undefined, edited: editedMigrationNames, failed: failedMigrationNames };
      return wrong.history === undefined && wrong.edited.length + wrong.failed.length === 0 ? undefined : wrong;
    },
    async next(folder) {
      return (await engine.devDiagnostic({ migrationsList: listOf(folder), filters: FILTERS })).action;
    },
    drift: (folder, content) => diff({ tag: 'migrations', ...listOf(folder) }, content),
    liveDrift: (content) => diff({ tag: 'schemaDatasource', files, configDir: '.' }, content),
    async close() {
      engine.free();
      await Promise.all(adapters.map((adapter) => adapter.dispose()));
    },
  };
}

/** Not in the libraries that this project compiles with: as much of it as is used here. */
declare const WebAssembly: {
  Module: new (bytes: Uint8Array) => object;
  Instance: new (module: object, imports: object) => { exports: { __wbindgen_start: () => void } };
};

let loaded: Promise<typeof import('@prisma/schema-engine-wasm')> | undefined;

/** Once for a process: a second instance would take the first one's memory. */
function load(): Promise<typeof import('@prisma/schema-engine-wasm')> {
  return (loaded ??= (async () => {
    const glue = await import('@prisma/schema-engine-wasm/schema_engine_bg');
    const module = new WebAssembly.Module(readFileSync(join(packageDirectory, 'schema_engine_bg.wasm')));
    const { exports } = new WebAssembly.Instance(module, { './schema_engine_bg.js': glue });
    // The declarations leave out what their own entry does.
    const { __wbg_set_wasm: set } = glue as unknown as { __wbg_set_wasm: (memory: object) => void };
    set(exports);
    // Where a panic of the engine leaves its message; without it the call would never end.
    Object.assign(globalThis, {
      PRISMA_WASM_PANIC_REGISTRY: {
        set_message(message: string) {
          throw new Error(message);
        },
      },
    });
    exports.__wbindgen_start();
    return glue;
  })());
}

async function connect(url: string): Promise<SqlDriverAdapter> {
  return bridge(await new PrismaPg({ connectionString: url, allowExitOnIdle: true }).connect());
}

/** The adapter's own drops the database while its pool is still connected to it. */
async function connectToShadow(url: string): Promise<SqlDriverAdapter> {
  const name = `shadow_${randomBytes(6).toString('hex')}`;
  await run(url, `create database "${name}"`);
  const shadow = new URL(url);
  shadow.pathname = `/${name}`;
  const adapter = await connect(shadow.href);
  const dispose = adapter.dispose.bind(adapter);
  adapter.dispose = async () => {
    await dispose();
    await run(url, `drop database "${name}" with (force)`);
  };
  return adapter;
}

async function run(url: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}

const CHAR = 18;
const TEXT = 25;

/** Members that are not in the interface, but in the class. */
interface Inner {
  client: pg.Pool;
  onError(error: unknown): never;
  performIO(query: unknown): Promise<{ fields: { dataTypeID: number }[]; rows: unknown[] }>;
}

function bridge(adapter: SqlDriverAdapter): SqlDriverAdapter {
  const inner = adapter as unknown as Inner;
  // The native engine sends a script as one simple query, and so does this: the adapter cuts it at every semicolon.
  adapter.executeScript = async (script) => {
    await inner.client.query(script).catch((error: unknown) => inner.onError(error));
  };
  // `"char"`, a type of the catalogue, is not among those that the adapter knows.
  const characters = new WeakMap<object, readonly number[]>();
  const perform = inner.performIO.bind(inner);
  inner.performIO = async (query) => {
    const result = await perform(query);
    characters.set(result.rows, result.fields.flatMap(({ dataTypeID }, i) => (dataTypeID === CHAR ? [i] : []))); // prettier-ignore
    for (const field of result.fields) if (field.dataTypeID === CHAR) field.dataTypeID = TEXT;
    return result;
  };
  const queryRaw = adapter.queryRaw.bind(adapter);
  adapter.queryRaw = async (query) => {
    const result = await queryRaw(query);
    for (const i of characters.get(result.rows) ?? []) result.columnTypes[i] = ColumnTypeEnum.Character;
    return result;
  };
  return adapter;
}

/** As the command reads them from the disk. */
function listOf(folder: string): MigrationList {
  const names = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  return {
    baseDir: folder,
    lockfile: { path: 'migration_lock.toml', content: 'provider = "postgresql"\n' },
    shadowDbInitScript: '',
    migrationDirectories: names
      .map(({ name }) => name)
      .sort()
      .map((name) => ({
        path: name,
        migrationFile: {
          path: 'migration.sql',
          content: { tag: 'ok' as const, value: readFileSync(join(folder, name, 'migration.sql'), 'utf8') },
        },
      })),
  };
}
