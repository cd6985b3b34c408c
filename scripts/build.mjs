#!/usr/bin/env node
/**
 * Builds src/ twice, into dist/esm and dist/cjs: Nest 12 is ESM only, and Jest under Nest 11 can only `require`.
 * Both passes check types. src/cli/ is in the ESM pass alone: it is only ever started through the bin, and may then use
 * top-level `await`, which CJS has not.
 */
import { spawn } from 'node:child_process';
import { chmodSync, existsSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const compiler = fileURLToPath(new URL('bin/tsc', import.meta.resolve('typescript/package.json')));

/** @param {string} project @returns {Promise<number>} the exit code of tsc */
const compile = (project) =>
  new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [compiler, '-p', project], { cwd: root, stdio: 'inherit' });
    child.once('error', reject);
    child.once('exit', (code) => resolve(code ?? 1));
  });

// Without this a file that was renamed or deleted in src/ would go on being published.
rmSync(`${root}dist`, { recursive: true, force: true });

const codes = await Promise.all([compile('tsconfig.esm.json'), compile('tsconfig.cjs.json')]);
if (codes.some((code) => code !== 0)) {
  console.error('The build failed: see the errors of tsc above.');
  process.exit(1);
}

// The package says "type": "module"; this folder is the exception.
writeFileSync(`${root}dist/cjs/package.json`, '{ "type": "commonjs" }\n');

// npm makes a bin executable when it installs it; running it from a clone needs the bit here.
const bin = `${root}dist/esm/cli/bin.js`;
if (existsSync(bin)) chmodSync(bin, 0o755);
