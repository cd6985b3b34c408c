import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { directory } from './vectors.js';

const python = ['python3', 'python'].find((command) => {
  const { stdout } = spawnSync(command, ['-c', 'import sys; print(sys.version_info >= (3, 8))'], { encoding: 'utf8' });
  return stdout?.trim() === 'True';
});
if (!python) process.stderr.write('SKIPPED: no Python 3.8 here, so the golden vectors are not made a second time.\n');

describe('the scripts, the second implementation', () => {
  const made = mkdtempSync(join(tmpdir(), 'golden-'));
  afterAll(() => rmSync(made, { recursive: true }));

  (python ? it : it.skip)('make the committed vectors again, to the byte', () => {
    for (const script of ['make_vectors.py', 'make_evidence.py']) {
      // -B: it writes no compiled copy of what it imports.
      const run = spawnSync(python ?? '', ['-B', join(directory, script), made], { encoding: 'utf8' });
      expect(run.stderr).toBe('');
    }
    const files = readdirSync(made).toSorted();
    expect(files).toEqual(
      readdirSync(directory)
        .filter((name) => name.endsWith('.json'))
        .toSorted(),
    );
    for (const file of files) {
      const same = readFileSync(join(made, file)).equals(readFileSync(join(directory, file)));
      expect({ file, same }).toEqual({ file, same: true });
    }
  });

  it.each([
    ['make_vectors.py', ['hashlib', 'json', 'os', 're', 'sys']],
    ['make_evidence.py', ['base64', 'hashlib', 'json', 'os', 'sys', 'make_vectors']],
  ])('import nothing but the standard library, and so nothing of ours: %s', (script, modules) => {
    const source = readFileSync(join(directory, script), 'utf8');
    const imported = [...source.matchAll(/^\s*(?:import|from)\s+(\S+)/gm)].map(([, name]) => name);
    expect(imported).toEqual(modules);
  });
});
