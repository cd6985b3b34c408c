import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface Ran {
  readonly code: number | null;
  readonly said: string;
}

export function run(command: string, args: readonly string[], env: NodeJS.ProcessEnv = process.env): Ran {
  const { status, stdout, stderr, error } = spawnSync(command, args, { encoding: 'utf8', env });
  return { code: status, said: `${stdout}${stderr}${error?.message ?? ''}` };
}

/** Debian has the module as a package: no module proxy, no network. */
const path = /^(.*)\/src\/golang\.org\/x\/mod$/m.exec(run('dpkg', ['-L', 'golang-golang-x-mod-dev']).said)?.[1];

export const hasGo = path !== undefined && run('go', ['version']).code === 0;
export const mustHaveGo = process.env['CI'] === 'true';

/** Builds a program of verifier/go into a folder. @returns its path */
export function buildGo(source: string, folder: string): string {
  const program = join(folder, source.replace(/\.go$/, '').replaceAll('/', '-'));
  const env = { ...process.env, GO111MODULE: 'off', GOPATH: path, GOCACHE: join(folder, 'cache'), GOFLAGS: '' };
  const file = fileURLToPath(new URL(`../../verifier/go/${source}`, import.meta.url));
  const { code, said } = run('go', ['build', '-o', program, file, join(dirname(file), 'entry.go')], env);
  if (code !== 0) throw new Error(said);
  return program;
}
