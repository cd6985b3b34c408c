import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { INestApplication } from '@nestjs/common';
import { AuditService } from 'nestjs-prisma-audit';
import { createApp } from '../main.js';
import { PrismaService } from '../prisma.service.js';
import { seed } from '../seed.js';
import { applySql, cli, installTables } from './tools.js';
import { playRequests } from './requests.js';

/** The main job from its beginning to its end. Resolves with the exit code: 0 when everything went as it should. */
export async function runDemo(databaseUrl: string, options: { root: string; keep: boolean }): Promise<number> {
  const pins = await mkdtemp(join(tmpdir(), 'audit-demo-'));
  const run = (...args: string[]): { status: number; stdout: string } => cli(databaseUrl, options.root, args);
  let app: INestApplication | undefined;
  try {
    title('1. Install: the tables of the application, the log, the capture triggers');
    await installTables(databaseUrl, options.root);
    run('migrate', '--origin', 'quickstart.example/audit');

    title('2. A Nest application takes requests');
    app = await createApp(databaseUrl);
    await app.listen(0, '127.0.0.1');
    const url = await app.getUrl();
    await seed(app.get(PrismaService));
    const played = await playRequests(url, (line) => process.stdout.write(`   ${line}\n`));
    const unexpected = played.filter((request) => request.status !== request.expected);
    await app.get(AuditService).flush();

    title('3. The trail of tenant acme: requests with their writes, who, what, outcome, old → new');
    run('query', '--tenant', 'acme', '--oldest', '--limit', '200');
    title('   … and of one record alone: invoice 1');
    run('query', '--tenant', 'acme', '--resource', 'Invoice:1');
    title('   … and only what was denied or failed');
    run('query', '--tenant', 'acme', '--failures', '--oldest');

    title('4. The chain is verified, and its checkpoint kept elsewhere');
    const checkpoint = run('checkpoint').stdout;
    await writeFile(join(pins, 'pins.txt'), checkpoint);
    const before = run('verify', '--pin', join(pins, 'pins.txt'));

    title('5. Somebody with superuser rights edits one row: an approved invoice shall have been void');
    await tamper(databaseUrl);
    const after = run('verify', '--pin', join(pins, 'pins.txt'));

    if (options.keep) await keepRunning(url, databaseUrl);
    const ok = unexpected.length === 0 && before.status === 0 && after.status === 1;
    title(ok ? 'Done: the edit was found.' : 'Something did not go as it should.');
    return ok ? 0 : 1;
  } finally {
    await app?.close();
    await rm(pins, { recursive: true, force: true });
  }
}

/** What append-only triggers cannot stop: their owner switches them off. */
async function tamper(databaseUrl: string): Promise<void> {
  const sql = `
    alter table audit.content disable trigger append_only;
    update audit.content set data = replace(data, '"status":"APPROVED"', '"status":"VOID"')
     where pos = (select e.pos from audit.entry e join audit.content c on c.pos = e.pos
                   where e.action = 'Invoice.update' and c.data like '%"status":"APPROVED"%' order by e.id limit 1);
    alter table audit.content enable always trigger append_only;`;
  await applySql(databaseUrl, sql);
}

async function keepRunning(url: string, databaseUrl: string): Promise<void> {
  title(`Running until Ctrl-C: ${url} (database ${databaseUrl})`);
  const alive = setInterval(() => undefined, 60_000);
  await once(process, 'SIGINT');
  clearInterval(alive);
}

function title(text: string): void {
  process.stdout.write(`\n${text}\n`);
}
