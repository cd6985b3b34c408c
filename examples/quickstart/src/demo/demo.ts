import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { INestApplication } from '@nestjs/common';
import { AuditService } from 'nestjs-prisma-audit';
import { createApp } from '../main.js';
import { PrismaService } from '../prisma.service.js';
import { seed } from '../seed.js';
import { keepRunning } from './keep.js';
import { applySql, cli, installTables, tamper, title } from './tools.js';
import { playRequests } from './requests.js';
import { rewriteHistory } from './rewrite.js';

/** The main job from its beginning to its end. Resolves with the exit code: 0 when everything went as it should. */
export async function runDemo(databaseUrl: string, options: { root: string; keep: boolean }): Promise<number> {
  // Stands for two other machines: where the sealer runs, and where the auditor keeps what he trusts.
  const elsewhere = await mkdtemp(join(tmpdir(), 'audit-demo-'));
  const policy = join(elsewhere, 'audit-policy.json');
  const run = (...args: string[]): { status: number; stdout: string } => cli(databaseUrl, options.root, args);
  let app: INestApplication | undefined;
  try {
    title('1. Install: the tables of the application, the log, the capture triggers, a key');
    await installTables(databaseUrl, options.root);
    run('migrate', '--origin', 'quickstart.example/audit');
    const key = join(elsewhere, 'audit-signing-key.pem');
    run('keygen', '--out', key);
    process.env['AUDIT_SIGNING_KEY_FILE'] = key; // of the application, whose sealer signs, and of the commands

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

    title(
      '4. The application stops: its sealer has all chains signed, and the checkpoint goes to an anchor, beside the key here',
    );
    await app.close();
    app = undefined;
    run('policy', 'init', '--out', policy);

    title('5. Act one. An auditor verifies, and trusts nothing but his policy: origin, key, anchor');
    const before = run('verify', '--policy', policy);

    title('6. Act two. Somebody with superuser rights edits one row: an approved invoice shall have been void');
    await tamper(databaseUrl);
    const edited = run('verify', '--policy', policy);

    title(
      '7. Act three. The owner makes every hash anew, of all chains and of the registry, and deletes what was signed',
    );
    await rewriteHistory(databaseUrl);
    title('   The log agrees with itself: without a policy nothing is found, and the report says why that is not much');
    const alone = run('verify');
    title('   The anchor has what was signed before');
    const exposed = run('verify', '--policy', policy);

    const ok =
      unexpected.length === 0 &&
      before.status === 0 &&
      before.stdout.includes('L2') &&
      edited.status === 1 &&
      alone.status === 0 &&
      exposed.status === 1 &&
      exposed.stdout.includes('REGISTRY_REWRITTEN');
    title(ok ? 'Done: the edit was found, and the rewriting too.' : 'Something did not go as it should.');
    if (options.keep) await keepRunning(databaseUrl, options.root);
    return ok ? 0 : 1;
  } finally {
    await app?.close();
    await rm(elsewhere, { recursive: true, force: true });
  }
}
