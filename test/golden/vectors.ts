import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export const directory = fileURLToPath(new URL('.', import.meta.url));

/** Reads one of the vector files; the types are what make_vectors.py says. */
export function vectors<T>(file: string): T {
  return JSON.parse(readFileSync(`${directory}${file}`, 'utf8')) as T;
}
