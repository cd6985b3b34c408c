/** Which packages a user's compiler meets when it reads the types of an entry point. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** What a .d.ts imports; tsc writes these in one form, so a pattern is enough. */
const SPECIFIER = /(?:\bfrom\s+|\bimport\s*\(\s*|\bimport\s+|\brequire\s*\(\s*|<reference types=)["']([^"']+)["']/g;

/**
 * @param {string} file a .d.ts
 * @returns {Map<string, string>} each package that it, or a file it leads to, imports; with the file that does
 */
export function packagesOf(file) {
  const packages = new Map();
  const seen = new Set();
  const visit = (path) => {
    if (seen.has(path)) return;
    seen.add(path);
    for (const [, specifier] of readFileSync(path, 'utf8').matchAll(SPECIFIER)) {
      if (specifier.startsWith('.')) visit(declarationOf(join(dirname(path), specifier)));
      else if (!packages.has(specifier)) packages.set(specifier, path);
    }
  };
  visit(file);
  return packages;
}

function declarationOf(path) {
  const found = [path.replace(/\.js$/, '.d.ts'), `${path}.d.ts`, join(path, 'index.d.ts')].find(
    (candidate) => candidate.endsWith('.d.ts') && existsSync(candidate),
  );
  if (!found) throw new Error(`There is no declaration for ${path}.`);
  return found;
}
