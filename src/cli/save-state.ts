import { randomUUID } from 'node:crypto';
import { open, rename, rm } from 'node:fs/promises';
import { formatState, type VerifyState } from '../verify/index.js';

export async function saveState(file: string, state: VerifyState): Promise<void> {
  await writeWhole(file, formatState(state));
}

/** The file is the one that was there before, or the new one, whatever happens meanwhile. Resolves when it is on the disk. */
export async function writeWhole(file: string, text: string): Promise<void> {
  const beside = `${file}.${randomUUID()}`;
  try {
    const handle = await open(beside, 'wx', 0o600);
    try {
      await handle.writeFile(text);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(beside, file);
  } catch (error) {
    await rm(beside, { force: true });
    throw error;
  }
}
