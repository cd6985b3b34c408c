/**
 * An application under load that says what it was promised: `committed <id>` or `spooled <id>`, a line for each event, when
 * its receipt says so. Ends when its input does.
 *
 * Arguments: database URL, directory of the spool, first id.
 */
import { createAudit } from '../../dist/esm/index.js';

const [databaseUrl, directory, first] = process.argv.slice(2);
process.stdin.on('end', () => process.exit()).resume();

const audit = createAudit({ databaseUrl, seal: false, poolSize: 2, flushIntervalMs: 5, spool: { directory } });
let id = Number(first);

async function writer() {
  for (;;) {
    const mine = id++;
    const reached = await audit
      .record({ action: `event.${mine}` })
      .reached('committed')
      .catch(() => 'nothing');
    process.stdout.write(`${reached} ${mine}\n`);
  }
}
await Promise.all(Array.from({ length: 20 }, () => writer()));
