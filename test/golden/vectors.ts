import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export const directory = fileURLToPath(new URL('.', import.meta.url));

/** Reads one of the vector files. What is in it, make_vectors.py says. */
export function vectors(file: string): unknown {
  return JSON.parse(readFileSync(`${directory}${file}`, 'utf8'));
}
