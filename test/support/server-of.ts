import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { connect, createServer } from 'node:net';

export interface Running {
  readonly port: number;
  close(): Promise<void>;
}

/** Servers of Debian's that tests run against; each with the arguments that give it a port and nothing on disk. */
const SERVERS = {
  'redis-server': (port: number) => ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'],
  'nats-server': (port: number) => ['--addr', '127.0.0.1', '--port', String(port)],
} as const;
export type ServerName = keyof typeof SERVERS;

/** In CI a server that is missing is a failure, elsewhere what needs it is skipped and named. */
export function hasServer(name: ServerName): boolean {
  const env = { ...process.env, PATH: `${process.env['PATH'] ?? ''}:/usr/sbin` };
  const found = spawnSync('sh', ['-c', `command -v ${name}`], { env }).status === 0;
  if (!found && process.env['CI'] === 'true') throw new Error(`${name} is missing: apt-get install ${name}`);
  return found;
}

export async function startServer(name: ServerName): Promise<Running> {
  const port = await freePort();
  const env = { ...process.env, PATH: `${process.env['PATH'] ?? ''}:/usr/sbin` };
  const child = spawn(name, SERVERS[name](port), { stdio: 'ignore', env });
  const failed = new Promise<never>((_, reject) => child.once('error', reject));
  await Promise.race([failed, answers(port)]);
  return { port, close: () => stopped(child) };
}

function stopped(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    child.once('exit', () => resolve());
    child.kill('SIGKILL');
  });
}

/** One that nobody listens on now. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (typeof address !== 'object' || address === null) throw new Error('no port');
  return address.port;
}

async function answers(port: number): Promise<void> {
  for (;;) {
    const isOpen = await new Promise<boolean>((resolve) => {
      const socket = connect(port, '127.0.0.1');
      socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
      socket.once('connect', () => socket.destroy());
    });
    if (isOpen) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
