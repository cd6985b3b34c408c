import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const AUDIT_FOLDER = /^\d+_audit(_.*)?$/;

export interface AuditFolder {
  readonly name: string;
  readonly sql: string;
}

/** The audit migrations among the folders of Prisma Migrate, oldest first; none if there is no such directory. */
export async function readAuditFolders(directory: string): Promise<readonly AuditFolder[]> {
  const names = (await readdir(directory).catch(() => [] as string[])).filter((name) => AUDIT_FOLDER.test(name)).sort();
  return await Promise.all(
    names.map(async (name) => ({ name, sql: await readFile(join(directory, name, 'migration.sql'), 'utf8') })),
  );
}

/**
 * Writes a folder that Prisma Migrate applies after all that are there: their names are their order. It is stamped with this
 * moment in UTC, or with the second after the last one, where that was stamped ahead of time.
 */
export async function writeAuditFolder(directory: string, sql: string, now = new Date()): Promise<string> {
  const names = await readdir(directory).catch(() => [] as string[]);
  const last = names
    .reduce((latest, name) => (/^\d{14}_/.test(name) && name > latest ? name : latest), '')
    .slice(0, 14);
  const stamp = stampOf(now);
  const name = `${stamp > last ? stamp : stampAfter(last)}_audit`;
  await mkdir(join(directory, name), { recursive: true });
  await writeFile(join(directory, name, 'migration.sql'), sql, { flag: 'wx' }); // never over somebody's
  return join(directory, name);
}

function stampOf(time: Date): string {
  return time.toISOString().replaceAll(/[-:T]/g, '').slice(0, 14);
}

function stampAfter(stamp: string): string {
  const [, year, month, day, hour, minute, second] = /^(....)(..)(..)(..)(..)(..)$/.exec(stamp) ?? [];
  const time = Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour), Number(minute), Number(second) + 1);
  // A stamp that is no time, like 00000000000000 of a baseline: the next number does as well.
  const next = Number.isNaN(time) || Number(month) < 1 ? '' : stampOf(new Date(time));
  return next > stamp ? next : String(BigInt(stamp) + 1n).padStart(14, '0');
}
