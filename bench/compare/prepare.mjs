import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { migrationSql } from './migration-sql.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const prisma = fileURLToPath(new URL('build/index.js', import.meta.resolve('prisma/package.json')));

/** Runs a command line tool of a package; its failure is ours, with what it printed. */
export function runTool(file, ...args) {
  const run = spawnSync(process.execPath, [file, ...args], { cwd: root, encoding: 'utf8' });
  if (run.status !== 0) throw new Error(`${file} ${args.join(' ')} failed:\n${run.stdout}${run.stderr}`);
  return run.stdout;
}

/**
 * Makes of an application's schema what a peer's README says to make of it: a folder with the peer's schema and the client
 * of it, and the SQL that leads from the application's database to the one that the peer needs.
 */
export async function prepare(peer, { name, schema, url, entry }) {
  const folder = new URL(`generated/${peer.id}/${name}/`, import.meta.url);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const application = readFileSync(schema, 'utf8').replace(/(output\s*=\s*)"[^"]*"/, '$1"../client"');
  writeFileSync(new URL('application.prisma', folder), application);
  const made = peer.makeSchema(application, folder);
  const schemas = readdirSync(made.schemas).filter((file) => file.endsWith('.prisma'));
  runTool(prisma, 'generate', '--schema', fileURLToPath(made.schemas));
  const tables = await migrationSql(
    url,
    [['schema.prisma', application]],
    schemas.map((file) => [file, readFileSync(new URL(file, made.schemas), 'utf8')]),
  );
  const client = await import(new URL(`client/${entry}`, folder));
  return {
    ...made,
    // The generator of CommonJS clients has no named exports that Node finds.
    PrismaClient: client.PrismaClient ?? client.default.PrismaClient,
    sql: [tables, made.triggers ?? ''].join('\n'),
  };
}
