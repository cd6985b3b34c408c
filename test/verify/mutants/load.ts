import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { transformSync } from '@swc/core';
import type { verify } from '../../../src/verify/index.js';
import type { Mutant } from './mutants.js';

const SRC = join(import.meta.dirname, '../../../src');
/** The verifier and what it stands on: no other room. */
const ROOMS = ['verify', 'chain', 'event'];

export interface Verifier {
  readonly verify: typeof verify;
}

/** Copies of the verifier, each with one edit, as modules of their own. */
export class Verifiers {
  readonly #folder = mkdtempSync(join(tmpdir(), 'audit-mutants-'));
  #count = 0;

  constructor() {
    for (const room of ROOMS)
      for (const file of readdirSync(join(SRC, room), { recursive: true, encoding: 'utf8' }))
        if (file.endsWith('.ts')) this.#put('whole', join(room, file), readFileSync(join(SRC, room, file), 'utf8'));
  }

  /** @throws if the text to be replaced does not stand there once */
  async load({ file, from, to }: Mutant): Promise<Verifier> {
    const path = join('verify', file);
    const parts = readFileSync(join(SRC, path), 'utf8').split(from);
    if (parts.length < 2) throw new Error(`${path} has no longer: ${from}`);
    this.#count += 1;
    const name = String(this.#count);
    cpSync(join(this.#folder, 'whole'), join(this.#folder, name), { recursive: true });
    this.#put(name, path, parts.join(to));
    return (await import(join(this.#folder, name, 'verify/index.js'))) as Verifier; // it is a copy of one
  }

  close(): void {
    rmSync(this.#folder, { recursive: true });
  }

  #put(copy: string, path: string, source: string): void {
    const to = join(this.#folder, copy, path.replace(/\.ts$/, '.js'));
    mkdirSync(dirname(to), { recursive: true });
    writeFileSync(join(this.#folder, copy, 'package.json'), '{ "type": "module" }');
    const jsc = { target: 'es2022', parser: { syntax: 'typescript' } } as const;
    writeFileSync(to, transformSync(source, { filename: path, swcrc: false, module: { type: 'es6' }, jsc }).code);
  }
}
