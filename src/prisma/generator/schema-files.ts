import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, join, relative } from 'node:path';
import type { SchemaFile } from './catalogue.js';

/** The files of a schema, as Prisma finds them: one file, or all `.prisma` in a folder and below it. */
export async function readSchemaFiles(path: string): Promise<readonly SchemaFile[]> {
  if (!(await stat(path)).isDirectory()) return [{ path: basename(path), content: await readFile(path, 'utf8') }];
  const found = await filesBelow(path);
  return Promise.all(
    found.map(async (file) => ({
      path: join(basename(path), relative(path, file)),
      content: await readFile(file, 'utf8'),
    })),
  );
}

/** Links are followed, as Prisma does. */
async function filesBelow(folder: string): Promise<readonly string[]> {
  const entries = (await readdir(folder)).sort();
  const found = await Promise.all(
    entries.map(async (name) => {
      const path = join(folder, name);
      if ((await stat(path)).isDirectory()) return filesBelow(path);
      return name.endsWith('.prisma') ? [path] : [];
    }),
  );
  return found.flat();
}
