/**
 * A real PostgreSQL server for tests, demo and benchmarks, started in about a second and gone with its process.
 * What it takes and gives is described in postgres.d.mts.
 */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, chownSync, closeSync, mkdtempSync, openSync, readFileSync, rmSync, statfsSync } from 'node:fs';
import { createServer } from 'node:net';
import { freemem } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { findBinaries, runAs, temporaryFolder } from './postgres-binaries.mjs';
import { startGuard } from './postgres-guard.mjs';

const STARTED_WITHIN_MS = 60_000;

/** Bytes. Far more than the databases of a run that exist at the same time. */
const ROOM_IN_MEMORY = 6 * 1024 ** 3;

/** The last commits can be lost in a crash: right for most tests, wrong for those that crash it and for any figure. */
const NOT_DURABLE = ['fsync=off', 'synchronous_commit=off', 'full_page_writes=off'];

export async function startPostgres(options = {}) {
  const given = process.env.AUDIT_TEST_DATABASE_URL;
  const { own, port, settings, major, encoding } = options;
  // A server that is there cannot be given another port, setting, version or encoding.
  if (given && !own && !port && !settings && !major && !encoding) return attach(given);
  return launch(options);
}

/** Memory, where there is plenty: a run makes hundreds of databases, of a thousand files each. */
function fastFolder() {
  try {
    const { bavail, bsize } = statfsSync('/dev/shm');
    if (Math.min(bavail * bsize, freemem()) > ROOM_IN_MEMORY) return '/dev/shm';
  } catch {
    // Not on this platform.
  }
  return temporaryFolder();
}

async function attach(url) {
  const refuse = (what) => async () => {
    throw new Error(`The server of AUDIT_TEST_DATABASE_URL is not ours to ${what}: start one with { own: true }.`);
  };
  const { port } = new pg.Client({ connectionString: url });
  const majorVersion = await askMajorVersion(url);
  return {
    url,
    port,
    dataDir: undefined,
    majorVersion,
    stop: async () => {},
    kill: refuse('kill'),
    restart: refuse('restart'),
  };
}

async function launch({ durable = false, port: wanted, settings = [], major, encoding = 'UTF8' }) {
  const { initdb, postgres } = findBinaries(major);
  const home = mkdtempSync(join(durable ? temporaryFolder() : fastFolder(), 'nestjs-prisma-audit-pg-'));
  const dataDir = join(home, 'data');
  const logFile = join(home, 'server.log');
  // PG* variables of the caller (PGPORT, PGOPTIONS, …) would change the server. TZ saves initdb the search for a name.
  const env = { PATH: process.env.PATH, SystemRoot: process.env.SystemRoot, LC_ALL: 'C', TZ: 'UTC' };
  const spawnOptions = { ...runAs, cwd: home, env };
  let server;
  let port;

  chmodSync(home, 0o700);
  if ('uid' in runAs) chownSync(home, runAs.uid, runAs.gid);
  const guard = startGuard(home);

  const start = async (onPort) => {
    const log = openSync(logFile, 'a');
    const all = ['listen_addresses=127.0.0.1', `port=${onPort}`, 'unix_socket_directories=', 'max_connections=200'];
    all.push(...(durable ? [] : NOT_DURABLE), ...settings);
    // To a file rather than a pipe: a busy or killed parent reads no pipe, and the server would wait for it.
    server = spawn(postgres, ['-D', dataDir, ...all.flatMap((setting) => ['-c', setting])], {
      ...spawnOptions,
      stdio: ['ignore', log, log],
      // Ctrl-C goes to the whole foreground group; the caller decides when its server stops.
      detached: true,
    });
    closeSync(log);
    await once(server, 'spawn');
    guard.watch(server);
    await untilReady(server, dataDir, logFile);
    // A server never keeps its process alive: who forgets stop() still gets to the end.
    server.unref();
    port = onPort;
  };

  const end = async (signal) => {
    if (!isRunning(server)) return;
    server.ref();
    const exited = once(server, 'exit');
    server.kill(signal);
    await exited;
  };

  const stop = async () => {
    // SIGINT is the "fast" shutdown: it does not wait for clients.
    await end('SIGINT');
    guard.dismiss();
    rmSync(home, { recursive: true, force: true, maxRetries: 5 });
  };

  const startAgain = async () => {
    // After SIGKILL the old backends hold the shared memory for some moments more.
    const deadline = Date.now() + 10_000;
    for (;;) {
      try {
        return await start(port);
      } catch (error) {
        if (Date.now() > deadline) throw error;
        await sleep(100);
      }
    }
  };

  try {
    const made = spawnSync(
      initdb,
      ['-D', dataDir, '-U', 'postgres', '-A', 'trust', '-E', encoding, '--locale=C', '--no-sync', '--no-instructions'],
      { ...spawnOptions, encoding: 'utf8' },
    );
    if (made.status !== 0) throw new Error(`initdb failed: ${made.stderr || made.stdout || made.error}`);
    for (let attempt = 1; ; attempt++) {
      try {
        await start(wanted ?? (await freePort()));
        break;
      } catch (error) {
        // Between the look and the start another process can take the port.
        if (wanted || attempt === 5 || !/could not bind/.test(error.message)) throw error;
      }
    }
  } catch (error) {
    await stop();
    throw error;
  }

  return {
    url: `postgresql://postgres@127.0.0.1:${port}/postgres`,
    port,
    dataDir,
    majorVersion: Number(readFileSync(join(dataDir, 'PG_VERSION'), 'utf8')),
    stop,
    kill: (signal = 'SIGKILL') => end(signal),
    restart: async () => {
      await end('SIGINT');
      await startAgain();
    },
  };
}

const isRunning = (child) => child?.pid !== undefined && child.exitCode === null && child.signalCode === null;

/** As `pg_ctl -w` does it: the eighth line of the lock file turns to "ready" when clients are let in. */
async function untilReady(server, dataDir, logFile) {
  const deadline = Date.now() + STARTED_WITHIN_MS;
  while (isRunning(server) && Date.now() < deadline) {
    const lock = readOr(join(dataDir, 'postmaster.pid'), '').split('\n');
    // The first line tells this server from one that was killed and left its file behind.
    if (Number(lock[0]) === server.pid && lock[7]?.trim() === 'ready') return;
    await sleep(10);
  }
  if (isRunning(server)) server.kill('SIGQUIT');
  throw new Error(`PostgreSQL did not start:\n${readOr(logFile, '(no log)').split('\n').slice(-20).join('\n')}`);
}

function readOr(file, otherwise) {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return otherwise;
  }
}

/** Below the range from which systems lend ports to clients, so that a server finds its port free when it restarts. */
async function freePort() {
  for (;;) {
    const port = 15_000 + Math.floor(Math.random() * 15_000);
    const probe = createServer();
    const free = await new Promise((resolve) => {
      probe.once('error', () => resolve(false));
      probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)));
    });
    if (free) return port;
  }
}

async function askMajorVersion(url) {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query("select current_setting('server_version_num')::int / 10000 as major");
    return rows[0].major;
  } finally {
    await client.end();
  }
}
