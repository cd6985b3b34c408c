import { execFile } from 'node:child_process';
import { readdirSync, rmSync, statSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { sealedLog } from './verifying.mjs';

const run = promisify(execFile);
const WHATS = ['ndjson', 'csv', 'leaves', 'openings'];
/** Of a log that takes long: how they grow, these two show. */
const OF_MANY = ['ndjson', 'leaves'];
const MANY = 200_000;
/** A smaller log, beside which the memory of the large one is seen. */
const SMALL = 10_000;

/** Entries taken along as a directory, and the directory checked, each in a process of its own. */
export async function measureExport(server, { entries }) {
  const logs = [];
  for (const rows of entries > SMALL ? [SMALL, entries] : [entries]) {
    const url = await sealedLog(server, `bench_export_${rows}`, rows);
    const runs = [];
    for (const what of rows > MANY ? OF_MANY : WHATS) {
      const folder = mkdtempSync(join(tmpdir(), 'audit-bench-'));
      const directory = join(folder, 'out');
      try {
        const made = await runApart(what, url, directory);
        const checked = await runApart('verify', url, directory);
        const bytes = readdirSync(directory).reduce((sum, name) => sum + statSync(join(directory, name)).size, 0);
        runs.push({ what, made, checked, bytes });
      } finally {
        rmSync(folder, { recursive: true });
      }
      process.stderr.write('.');
    }
    logs.push({ entries: rows, runs });
    process.stderr.write('\n');
  }
  return { logs };
}

async function runApart(what, url, directory) {
  const script = fileURLToPath(new URL('export-run.mjs', import.meta.url));
  const { stdout } = await run(process.execPath, [script, what, url, directory]);
  return JSON.parse(stdout);
}
