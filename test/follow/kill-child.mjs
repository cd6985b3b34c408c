/**
 * One process that follows: what it gets it adds to a file, a line an entry, and, where each counts once, to a table. Ends when its input does, that is,
 * when its parent is gone.
 *
 * Arguments: database URL, file.
 */
import { appendFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { createAudit } from '../../dist/esm/index.js';

const [url, file] = process.argv.slice(2);
process.stdin.on('end', () => process.exit()).resume();

const audit = createAudit({ databaseUrl: url, seal: false, probe: 'off', onError: () => undefined });
const options = { leaseMs: 500, pollMs: 5, batch: { entries: 50, waitMs: 0 } };

audit.follow(
  'file',
  async (batch) => {
    for (const { entry, place } of batch) {
      appendFileSync(file, `${entry.id} ${place.chain} ${place.seq}\n`);
      if (Math.random() < 0.02) await sleep(5);
    }
  },
  options,
);
audit.follow(
  'table',
  async (batch, { tx }) => {
    for (const { entry, place } of batch) {
      await tx.query('insert into arrived (id, chain, seq) values ($1, $2, $3)', [entry.id, place.chain, place.seq]);
    }
  },
  { ...options, exactlyOnce: true },
);
