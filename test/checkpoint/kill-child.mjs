/**
 * A sealer that signs every few milliseconds, beside a writer. Ends when its input does, or by SIGKILL.
 * Arguments: database URL, path of the key, path of the anchor.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { fileAnchor, fileSigner } from '../../dist/esm/checkpoint/index.js';
import { Keeper } from '../../dist/esm/checkpoint/keeper.js';
import { Sealer } from '../../dist/esm/sealer/index.js';
import { createPool, postgresCheckpointStore, postgresSealerStore } from '../../dist/esm/store/postgres/index.js';

const [url, key, anchor] = process.argv.slice(2);
process.stdin.on('end', () => process.exit()).resume();

const pool = createPool(url, { max: 4, applicationName: 'kill' });
const keeper = new Keeper(postgresCheckpointStore(pool, 'audit'), {
  signer: fileSigner({ path: key }),
  required: true,
  anchors: [fileAnchor(anchor)],
  tickMs: 10,
  heartbeatMs: 60_000,
});
new Sealer(postgresSealerStore(pool, 'audit'), { leaseMs: 300, minWaitMs: 2, maxWaitMs: 10, keeper }).start();
for (;;) {
  await pool.query(
    `insert into audit.content (source, op, model, tenant_key, actor, data) values ('change', 'insert', 'Note', $1, '{"id":"ann"}', '{}')`,
    [['', 'acme', 'globex'][Math.floor(Math.random() * 3)]],
  );
  process.stdout.write('.');
  await sleep(3);
}
