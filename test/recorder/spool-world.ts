import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { prepare } from '../../src/recorder/port.js';
import { realDisk, type Disk, type DiskFile } from '../../src/recorder/spool/disk.js';
import type { ContentRow, ContentStore } from '../../src/store/content.port.js';

/** A directory that goes with the test. */
export function scratch(): { path: string; remove: () => void } {
  const path = mkdtempSync(join(tmpdir(), 'spool-'));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

export const rowOf = (action: string, reason = 'why'): ContentRow => prepare({ action, reason }, () => false);

/** The store of a database that is away while `away` says so. */
export function shaky(store: ContentStore, away: () => boolean): ContentStore {
  return {
    ...store,
    append: async (...batch) => (away() ? Promise.reject(new Error('away')) : store.append(...batch)),
  };
}

export interface WatchedDisk extends Disk {
  /** What was asked of it, in order. */
  readonly calls: string[];
  /** Called before each write, which waits for it; what it throws, the disk throws, after half of the bytes. */
  fault: (call: 'append' | 'sync') => void | Promise<void>;
}

/** A real disk that tells what was asked of it, and fails when it is told to. */
export function watched(): WatchedDisk {
  const calls: string[] = [];
  const disk: WatchedDisk = {
    ...realDisk,
    calls,
    fault: () => undefined,
    async create(path) {
      calls.push('create');
      const file = await realDisk.create(path);
      const faulty: DiskFile = {
        ...file,
        async append(bytes) {
          calls.push('append');
          try {
            await disk.fault('append');
          } catch (error) {
            await file.append(bytes.subarray(0, bytes.length / 2));
            throw error;
          }
          await file.append(bytes);
        },
        async sync() {
          calls.push('sync');
          await disk.fault('sync');
          await file.sync();
        },
      };
      return faulty;
    },
    async syncDirectory(path) {
      calls.push('syncDirectory');
      await realDisk.syncDirectory(path);
    },
  };
  return disk;
}

export const noSpace = (): Error => Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' });
