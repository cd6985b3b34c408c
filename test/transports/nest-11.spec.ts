import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, it } from '@jest/globals';
import { describeFull } from '../support/full.js';

const run = promisify(execFile);

describeFull('on Nest 11', () => {
  it('all of the same', async () => {
    await run('npm', ['ci', '--prefix', 'test/transports/nest11', '--no-audit', '--no-fund']);
    const { stdout, stderr } = await run(
      process.execPath,
      [
        '--disable-warning=ExperimentalWarning',
        '--experimental-vm-modules',
        'node_modules/jest/bin/jest.js',
        '--config',
        'test/transports/nest11/jest.config.mjs',
        '--silent=false',
      ],
      { env: { ...process.env, AUDIT_TEST_FULL: '1' }, maxBuffer: 1 << 26 },
    ).catch((error: { stdout: string; stderr: string }) => error);
    // oxlint-disable-next-line no-console -- the table of that run
    console.log(stdout);
    expect(stderr.match(/^Tests: .*$/m)?.[0] ?? stderr).toMatch(/^Tests: +(?:\d+ skipped, )?\d+ passed, \d+ total$/);
  });
});
