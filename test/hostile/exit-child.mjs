/**
 * A process that starts an audit, lets it probe a client that nobody uses, and does nothing else. Says how long it took to end
 * behind the probe, in milliseconds, and what the probe found.
 *
 * Arguments: database URL; `own` or `external`: whose pool the client has; `wrapped` or `bare`.
 */
import { PrismaPg } from '@prisma/adapter-pg';
import pg from 'pg';
import { createAudit } from '../../dist/esm/core/index.js';
import { auditAdapter } from '../../dist/esm/prisma/index.js';

const [databaseUrl, whose, how] = process.argv.slice(2);
const pool = whose === 'external' ? new pg.Pool({ connectionString: databaseUrl, max: 1 }) : undefined;
const made = new PrismaPg(pool ?? { connectionString: databaseUrl, max: 1 });
const adapter = how === 'wrapped' ? auditAdapter(made) : made;
let connected;
const client = {
  _engineConfig: { adapter },
  $connect: () => undefined,
  $transaction: () => undefined,
  // As the client itself would: on a pool that stays.
  $queryRawUnsafe: async (sql, ...args) => {
    connected ??= await adapter.connect();
    const argTypes = args.map(() => ({ scalarType: 'string', arity: 'scalar' }));
    const { columnNames, rows } = await connected.queryRaw({ sql, args, argTypes });
    return rows.map((row) => Object.fromEntries(columnNames.map((name, i) => [name, row[i]])));
  },
};

const audit = createAudit({ databaseUrl, onError: () => undefined });
const checks = await audit.probe([client]);
const at = Date.now();
const comment = checks.find(({ name }) => name === 'client.comment')?.state;
process.on('exit', () =>
  console.log(JSON.stringify({ ms: Date.now() - at, comment, used: (pool?.totalCount ?? 0) + (connected ? 1 : 0) })),
);
