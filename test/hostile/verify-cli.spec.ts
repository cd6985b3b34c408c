import { spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { cpSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect } from '@jest/globals';
import { verify } from '../../src/verify/index.js';
import { folder, MAIN, run, type Folder } from '../cli/run.js';
import { filledLog, type FilledLog } from '../support/filled-log.js';
import { hostile } from '../support/hostile.js';
import { manyChains } from './many-chains.js';

let log: FilledLog;
let tampered: FilledLog;
let here: Folder;
beforeAll(async () => {
  [log, tampered] = [await filledLog(), await filledLog()];
  here = folder();
  await tampered.pool.query(
    `alter table audit.entry disable trigger all; update audit.entry set outcome = 'success' where tenant_key = 'acme' and outcome = 'denied'`,
  );
});
afterAll(async () => {
  here.remove();
  await Promise.all([log.close(), tampered.close()]);
});

const shell = (command: string, from = log): number | null =>
  spawnSync('bash', ['-c', command], {
    cwd: here.path,
    env: { PATH: process.env['PATH'], AUDIT_DATABASE_URL: from.url, CLI: `${process.execPath} ${MAIN}` },
    timeout: 60_000,
  }).status;

hostile('verify: 1 says tampered, and nothing else does', (holds) => {
  for (const [command, options] of [
    ['$CLI verify > /dev/full', { full: false }],
    ['$CLI verify | true; exit ${PIPESTATUS[0]}', { full: false }],
    ['$CLI verify --json > /dev/full', { full: true }],
    ['$CLI verify --json | true; exit ${PIPESTATUS[0]}', { full: true }],
    ['$CLI checkpoint > /dev/full', { full: true }],
    ['$CLI checkpoint | true; exit ${PIPESTATUS[0]}', { full: true }],
    ['$CLI query > /dev/full', { full: true }],
    ['$CLI verify --pin /dev/null', { full: true }],
    ['$CLI verify --pin .', { full: true }],
    ['$CLI verify --schema nowhere', { full: true }],
    ['$CLI verify --database-url postgresql://localhost:1/x', { full: true }],
    ['$CLI verify --config throws.mjs', { full: true }],
    ['$CLI verify --config later.mjs', { full: false }],
    ['$CLI verify --config rejects.mjs', { full: true }],
  ] as const) {
    for (const name of ['whole', 'tampered'] as const)
      holds(
        `${command} of a log that is ${name}`,
        () => {
          here.write('throws.mjs', 'throw new Error("no tea")');
          here.write('later.mjs', 'setTimeout(() => { throw new Error("no tea") }); export default {};');
          here.write('rejects.mjs', 'Promise.reject(new Error("no tea")); export default {};');
          expect(shell(command, name === 'whole' ? log : tampered)).toBe(2);
        },
        { full: options.full || name === 'tampered', timeoutMs: 120_000 },
      );
  }
  /** The built package, where one module is not as it should be. */
  const without = (name: string, text?: string): { code: number | null; err: string } => {
    const copy = join(here.path, randomUUID());
    cpSync(join(MAIN, '../../..'), join(copy, 'dist'), { recursive: true });
    writeFileSync(join(copy, 'package.json'), '{ "type": "module" }');
    if (text === undefined) {
      mkdirSync(join(copy, 'node_modules'));
      for (const each of ['cli-progress', 'commander', 'jiti', 'pg', 'picocolors'])
        if (each !== name) symlinkSync(join(MAIN, '../../../../node_modules', each), join(copy, 'node_modules', each));
    } else writeFileSync(join(copy, 'dist/esm', name), text);
    const { status, stderr } = spawnSync(process.execPath, [join(copy, 'dist/esm/cli/bin.js'), 'verify'], { encoding: 'utf8' }); // prettier-ignore
    return { code: status, err: stderr };
  };
  for (const name of ['pg', 'picocolors', 'commander', 'jiti'])
    holds(`${name} is not installed`, () => {
      expect(without(name)).toEqual({
        code: 2,
        err: `error: the command line could not be loaded: the module ${name} is not installed; install nestjs-prisma-audit again, with its dependencies\n`,
      });
    });
  holds('a file with syntax that this Node does not know', () => {
    const { code, err } = without('cli/verify.js', 'export const a = 1 |> 2;');
    expect({ code, lines: err.split('\n').length - 1 }).toEqual({ code: 2, lines: 1 });
  });
  holds('a reader that closes standard error', () => expect(shell('$CLI verify 2>&-')).toBe(0), { full: true });
  holds('a log that was tampered with', () => expect(shell('$CLI verify', tampered)).toBe(1));
  holds('its checkpoint has no line for the chain with findings', async () => {
    const { code, out, err } = await run(['checkpoint'], { url: tampered.url });
    expect({ code, lines: out.split('\n').length - 1 }).toEqual({ code: 1, lines: 2 });
    expect(err).toMatch(/^TAMPERED: 1 of 3 chains got no line: run verify/);
    expect(await run(['checkpoint'], { url: log.url })).toMatchObject({ code: 0, err: '', out: expect.stringMatching(/^(example\.com\/test\/\d \d+ \S{44}\n){3}$/) }); // prettier-ignore
  });
});

hostile('verify: as many chains as there are', (holds) => {
  const verified = async (count: number): Promise<void> => {
    const report = await verify(manyChains(count));
    expect(report.findings).toEqual([]);
    expect(report).toMatchObject({ verdict: 'VERIFIED', entries: count });
    const pins = report.chains.map(({ origin, entries, root }) => ({
      origin,
      size: entries,
      root: Buffer.from(root, 'base64').toString('hex'),
    }));
    expect(await verify(manyChains(count), { pins: pins.slice(0, 10) })).toMatchObject({ verdict: 'TAMPERED' }); // another nonce
  };
  holds('3,000', () => verified(3_000));
  holds('130,000', () => verified(130_000), { full: true, timeoutMs: 600_000 });
});
