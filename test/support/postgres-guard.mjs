/** Ends a server whose process is gone. */
import { spawn } from 'node:child_process';

/**
 * `$1` is the folder of the server. Each line read is the server's process number, or empty when it has ended. The lock
 * file tells when it is down: its process can stay as a zombie where nobody collects orphans, as in many containers.
 */
const SCRIPT = `
  while read -r line; do server=$line; done
  if [ -n "$server" ] && kill -INT "$server" 2>/dev/null; then
    for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
      [ -e "$1/data/postmaster.pid" ] || break
      sleep 0.25
    done
    kill -KILL "$server" 2>/dev/null
  fi
  rm -rf "$1"`;

/**
 * Starts a small shell that outlives this process by a moment. Its input ends when this process does, for whatever
 * reason: the end, an exception, a signal, and also a SIGKILL, which no handler in this process could see. It then stops
 * the server and removes the folder.
 *
 * Not on Windows, which has no such shell: there, stop the server.
 *
 * @param {string} folder
 */
export function startGuard(folder) {
  if (process.platform === 'win32') return { watch: () => {}, dismiss: () => {} };
  const shell = spawn('/bin/sh', ['-c', SCRIPT, 'postgres-guard', folder], {
    stdio: ['pipe', 'ignore', 'ignore'],
    // Ctrl-C goes to the whole foreground group, and the guard is the one that must survive it.
    detached: true,
  });
  shell.unref();
  shell.stdin.unref();
  // Somebody killed the guard: the server is then stopped by stop() alone.
  shell.stdin.on('error', () => {});
  return {
    /** @param {import('node:child_process').ChildProcess} server */
    watch(server) {
      shell.stdin.write(`${server.pid}\n`);
      // The number can soon belong to another process.
      server.once('exit', () => shell.stdin.write('\n'));
    },
    dismiss: () => shell.kill('SIGKILL'),
  };
}
