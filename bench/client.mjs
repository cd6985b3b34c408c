import { spawnSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const schema = fileURLToPath(new URL('schema.prisma', import.meta.url));
const generated = fileURLToPath(new URL('generated/index.js', import.meta.url));
const require = createRequire(import.meta.url);

/** The Prisma client of schema.prisma, generated when there is none, or one of an older schema or Prisma. */
export function loadPrismaClient() {
  const sources = [schema, require.resolve('@prisma/client/package.json')];
  if (!existsSync(generated) || sources.some((file) => statSync(file).mtimeMs > statSync(generated).mtimeMs)) {
    const prisma = fileURLToPath(new URL('build/index.js', import.meta.resolve('prisma/package.json')));
    const run = spawnSync(process.execPath, [prisma, 'generate', '--schema', schema], { cwd: root, encoding: 'utf8' });
    if (run.status !== 0) throw new Error(`prisma generate failed:\n${run.stdout}${run.stderr}`);
  }
  return require(generated).PrismaClient;
}
