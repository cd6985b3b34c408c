import { once } from 'node:events';
import { lstat, rename, rm } from 'node:fs/promises';
import { connect, createServer, type Server } from 'node:net';
import { join } from 'node:path';

/**
 * A process holds its files by listening on a socket beside them. The kernel closes it when the process ends, however it
 * ends; a process number could belong to another by then, and says nothing in another container on the same volume. Whoever
 * wants to know whether the owner lives connects. So a directory belongs to one machine: another one's sockets look dead.
 */
const suffix = '.lock';

/** A longer path is not possible for a socket (`sun_path`). */
export const MAX_LOCK_PATH = 100;

export const lockPath = (directory: string, owner: string): string => join(directory, owner + suffix);

export interface Lock {
  release(): Promise<void>;
}

/** @throws what the operating system says where sockets in this directory are not possible */
export async function lock(directory: string, owner: string): Promise<Lock> {
  const path = lockPath(directory, owner);
  const making = join(directory, `.${owner}`);
  const server: Server = createServer((socket) => socket.destroy());
  server.listen({ path: making, exclusive: true }); // in a cluster's worker: its own, not its primary's
  await once(server, 'listening');
  server.unref();
  server.on('error', () => undefined);
  // Under its name only now: between bind and listen it would look dead.
  await rename(making, path);
  return {
    async release() {
      await rm(path, { force: true });
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

/** Whether the process of these files lives. In doubt it does: its files then wait for another day. */
export async function isHeld(directory: string, owner: string): Promise<boolean> {
  const path = lockPath(directory, owner);
  try {
    const stats = await lstat(path);
    // A link to somebody else's socket, or what is none, holds nothing.
    if (!stats.isSocket() || (process.getuid && stats.uid !== process.getuid())) return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ENOENT';
  }
  const socket = connect(path);
  try {
    await once(socket, 'connect');
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException; // a socket gives no other; not `instanceof`, which a test's realm breaks
    return code !== 'ECONNREFUSED' && code !== 'ENOENT';
  } finally {
    socket.destroy();
  }
}
