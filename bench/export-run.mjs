// One export, or its check, in a process of its own, so that its memory is nobody else's. Prints one line of JSON.
import { writeExport } from '../dist/esm/export/directory.js';
import { verifyExport } from '../dist/esm/export/verify-export.js';
import { AuditReader } from '../dist/esm/query/index.js';
import { postgresEntryStore, postgresExportLog, withProofSource } from '../dist/esm/store/postgres/index.js';
import { withPool } from './databases.mjs';

const [, , what, url, directory] = process.argv;
/** The one of bench/fill.mjs. */
const TENANT = 'acme-10';
const start = performance.now();
const rows = what.startsWith('verify') ? await check() : await make();
const seconds = (performance.now() - start) / 1000;
const { user, system } = process.cpuUsage();
const perCore = rows / ((user + system) / 1e6);
console.log(
  JSON.stringify({
    rows,
    seconds,
    perSecond: rows / seconds,
    perCore,
    megabytes: process.resourceUsage().maxRSS / 1024,
  }),
);

async function check() {
  const { verdict, count, findings } = await verifyExport(directory);
  if (verdict !== 'VERIFIED') throw new Error(`the export is ${verdict}: ${JSON.stringify(findings[0])}`);
  return count;
}

function make() {
  return withPool(url, async (pool) => {
    const { manifest } = await writeExport(new AuditReader(postgresEntryStore(pool, 'audit')), { tenant: TENANT }, {
      directory,
      format: what === 'csv' ? 'csv' : 'ndjson',
      values: 'columns',
      producedBy: 'bench',
      sheet: { command: ['bench'], versions: [] },
      record: postgresExportLog(pool, 'audit'),
      withProof: (work) => withProofSource(pool, 'audit', work),
      evidence: what === 'openings' ? { openings: true } : what === 'leaves' ? { openings: false } : undefined,
    }); // prettier-ignore
    return manifest.count;
  });
}
