import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const MAIN = fileURLToPath(new URL('../../dist/esm/cli/bin.js', import.meta.url));

export interface Ran {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

export interface RunOptions {
  readonly url?: string | undefined;
  readonly cwd?: string;
  readonly input?: string;
  /** Ends the process when this resolves. */
  readonly until?: () => Promise<void>;
  /** By which it is ended then. @defaultValue 'SIGTERM' */
  readonly signal?: NodeJS.Signals;
  readonly env?: Record<string, string>;
  readonly nodeOptions?: readonly string[];
}

/** The built command as a process of its own, without the variables of whoever runs the tests. */
export async function run(args: readonly string[], options: RunOptions = {}): Promise<Ran> {
  const { url, cwd = tmpdir(), input = '', nodeOptions = [], env = {}, until, signal = 'SIGTERM' } = options;
  const child = spawn(process.execPath, [...nodeOptions, MAIN, ...args], {
    cwd,
    env: {
      PATH: process.env['PATH'],
      NO_COLOR: '1',
      ...(url === undefined ? {} : { AUDIT_DATABASE_URL: url }),
      ...env,
    },
  });
  let [out, err] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text));
  child.stdin.on('error', () => undefined); // it may end without reading
  child.stdin.end(input);
  void until?.().then(() => child.kill(signal));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  });
  return { code, out, err };
}

export interface Folder {
  readonly path: string;
  write(name: string, text: string): string;
  remove(): void;
}

/** A folder to run the command in. */
export function folder(): Folder {
  const path = mkdtempSync(join(tmpdir(), 'audit-cli-'));
  return {
    path,
    write(name, text) {
      writeFileSync(join(path, name), text);
      return join(path, name);
    },
    remove: () => rmSync(path, { recursive: true, force: true }),
  };
}
