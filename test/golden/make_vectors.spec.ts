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

describe('make_vectors.py, the second implementation', () => {
  const made = mkdtempSync(join(tmpdir(), 'golden-'));
  afterAll(() => rmSync(made, { recursive: true }));

  (python ? it : it.skip)('makes the committed vectors again, to the byte', () => {
    const run = spawnSync(python ?? '', [join(directory, 'make_vectors.py'), made], { encoding: 'utf8' });
    expect(run.stderr).toBe('');
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

  it('imports nothing but the standard library, and so nothing of ours', () => {
    const source = readFileSync(join(directory, 'make_vectors.py'), 'utf8');
    const imports = source.split('\n').filter((line) => /^\s*(import|from)\s/.test(line));
    expect(imports).toEqual(['import hashlib', 'import json', 'import os', 'import re', 'import sys']);
  });
});
