import { spawnSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { PrismaPg } from '@prisma/adapter-pg';

const require = createRequire(import.meta.url);

/** Runs a command of the package as anybody would in a terminal, and shows it. */
export function cli(databaseUrl: string, root: string, args: string[]): { status: number; stdout: string } {
  const bin = join(dirname(require.resolve('nestjs-prisma-audit/package.json')), 'dist/esm/cli/main.js');
  process.stdout.write(`$ npx nestjs-prisma-audit ${args.join(' ')}\n`);
  const { status, stdout } = spawnSync(process.execPath, [bin, ...args], {
    cwd: root,
    env: { ...process.env, AUDIT_DATABASE_URL: databaseUrl },
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
    maxBuffer: 64 * 1024 * 1024,
  });
  process.stdout.write(stdout);
  return { status: status ?? 2, stdout };
}

export async function applySql(databaseUrl: string, sql: string): Promise<void> {
  const adapter = await new PrismaPg({ connectionString: databaseUrl }).connect();
  try {
    await adapter.executeScript(sql);
  } finally {
    await adapter.dispose();
  }
}

/** What `prisma migrate deploy` does in an application's deployment. */
export async function installTables(databaseUrl: string, root: string): Promise<void> {
  await applySql(
    databaseUrl,
    await readFile(join(root, 'prisma/migrations/20260101000000_init/migration.sql'), 'utf8'),
  );
}

/** What append-only triggers cannot stop: their owner switches them off. Says that an approved invoice had been void. */
export async function tamper(databaseUrl: string): Promise<void> {
  const sql = `
    alter table audit.content disable trigger append_only;
    update audit.content set data = replace(data, '"status":"APPROVED"', '"status":"VOID"')
     where pos = (select e.pos from audit.entry e join audit.content c on c.pos = e.pos
                   where e.action = 'Invoice.update' and c.data like '%"status":"APPROVED"%' order by e.id limit 1);
    alter table audit.content enable always trigger append_only;`;
  await applySql(databaseUrl, sql);
}

export function title(text: string): void {
  process.stdout.write(`\n${text}\n`);
}
