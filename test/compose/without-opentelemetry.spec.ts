import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createLog, type Log } from '../nest/app.js';

const run = promisify(execFile);

// The built package beside what it needs, and nothing else: OpenTelemetry's API is not there to be found.
const NEEDED = ['pg', '@nestjs', '@prisma', 'rxjs', 'reflect-metadata', 'commander', 'picocolors', 'cli-progress', 'jiti']; // prettier-ignore

let log: Log;
let folder: string;
beforeAll(async () => {
  log = await createLog();
  folder = await mkdtemp(join(tmpdir(), 'audit-without-'));
  const installed = join(folder, 'node_modules', 'nestjs-prisma-audit');
  await mkdir(installed, { recursive: true });
  await cp('dist', join(installed, 'dist'), { recursive: true });
  await cp('package.json', join(installed, 'package.json'));
  const link = (name: string) => symlink(join(process.cwd(), 'node_modules', name), join(folder, 'node_modules', name));
  await Promise.all(NEEDED.map(link));
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
  await log.close();
});

const SCRIPT = `
  let missing;
  await import('@opentelemetry/api').catch((error) => (missing = error.code));
  const { createAudit, withContext } = await load('nestjs-prisma-audit');
  const audit = createAudit({ databaseUrl: process.argv[1], seal: { minWaitMs: 1 } });
  await audit.traces();
  await withContext({}, () => audit.record({ action: 'without.it' }));
  await audit.flush();
  const { status, unsealed } = await audit.health();
  await audit.close();
  console.log(JSON.stringify({ missing, status, unsealed }));`;

describe('without @opentelemetry/api', () => {
  it.each([
    ['ESM', ['--input-type=module', '-e', `const load = (name) => import(name);${SCRIPT}`]],
    ['CJS', ['--input-type=commonjs', '-e', `const load = require;void (async () => {${SCRIPT}})()`]],
  ])('the built package works as it does with it (%s)', async (_format, args) => {
    const { stdout, stderr } = await run(process.execPath, [...args, log.url], { cwd: folder });
    expect(stderr).toBe('');
    expect(JSON.parse(stdout)).toEqual({ missing: 'ERR_MODULE_NOT_FOUND', status: 'up', unsealed: 0 });
  });
});
