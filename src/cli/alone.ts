import { once } from 'node:events';
import { mkdir, rm } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { codeOf } from '../checkpoint/node-error.js';
import { AuditError } from '../event/errors.js';

const NAME = '.publish.lock';

/**
 * One process at a time writes into a directory: it listens on a socket there, which the kernel closes however it ends. Where no socket
 * can be (a path that is too long, a share), nobody is kept out.
 * @returns what lets go of it
 * @throws AuditError `AUDIT_OPTIONS_INVALID`
 */
export async function alone(directory: string): Promise<() => Promise<void>> {
  await mkdir(directory, { recursive: true });
  const path = join(directory, NAME);
  return (await listen(path)) ?? (await listen(path)) ?? (() => Promise.resolve());
}

/** `undefined`: one that was killed has left its socket, which is gone now. */
async function listen(path: string): Promise<(() => Promise<void>) | undefined> {
  const server = createServer((socket) => socket.destroy()).unref();
  server.listen(path);
  try {
    await once(server, 'listening');
  } catch (error) {
    if (codeOf(error) !== 'EADDRINUSE') return () => Promise.resolve();
    if (await isHeld(path))
      throw new AuditError('AUDIT_OPTIONS_INVALID', `another "publish" is at work in this directory, and holds ${JSON.stringify(path)}: one at a time. Wait for it, stop it, or name another directory`, {}, error); // prettier-ignore
    await rm(path, { force: true });
    return undefined;
  }
  return async () => {
    await new Promise<void>((resolve) => server.close(() => resolve())); // and takes the socket away
  };
}

async function isHeld(path: string): Promise<boolean> {
  const socket = connect(path);
  try {
    await once(socket, 'connect');
    return true;
  } catch (error) {
    return codeOf(error) !== 'ECONNREFUSED' && codeOf(error) !== 'ENOENT';
  } finally {
    socket.destroy();
  }
}
