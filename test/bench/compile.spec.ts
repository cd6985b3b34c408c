import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it } from '@jest/globals';
import { describeFull } from '../support/full.js';

const BENCH = fileURLToPath(new URL('../../bench/compile.mjs', import.meta.url));

// Counts of the compiler, which are the same on every machine; its times are for the bench to print.
describeFull('the quickstart, beside the same sources with stand-ins for this package', () => {
  it('asks little more of the compiler', () => {
    const run = spawnSync(process.execPath, [BENCH, '1'], { encoding: 'utf8' });
    expect(run).toMatchObject({ status: 0, stderr: '' });
    const grown = (what: string): number => {
      const [, before, after] = new RegExp(`^${what} +(\\d+) → (\\d+)`, 'm').exec(run.stdout) ?? [];
      return Number(after) / Number(before);
    };
    expect(grown('Instantiations')).toBeGreaterThan(1);
    expect(grown('Instantiations')).toBeLessThan(1.3);
    expect(grown('Types')).toBeLessThan(1.3);
  }, 120_000);
});
