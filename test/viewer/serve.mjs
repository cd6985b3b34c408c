#!/usr/bin/env node
/**
 * The viewer on a database with made-up entries, to look at it while working on it: `npm run build && node test/viewer/serve.mjs [port]`.
 * Everybody who asks sees all.
 */
import { once } from 'node:events';
import express from 'express';
import { newContext } from '../../dist/esm/context/index.js';
import { auditViewer, createAudit } from '../../dist/esm/express/index.js';
import { createPool, migrate } from '../../dist/esm/store/postgres/index.js';
import { startPostgres } from '../support/postgres.mjs';

const postgres = await startPostgres({ own: true });
const pool = createPool(postgres.url, { max: 2, applicationName: 'serve' });
await migrate(pool, { schema: 'audit', origin: 'example.com/serve' });
const audit = createAudit({
  databaseUrl: postgres.url,
  auditorUrl: postgres.url,
  flushIntervalMs: 5,
  onError: (error) => console.error(error),
});

const PEOPLE = ['Ada', 'Grace', 'Alan', 'Edsger', 'Barbara'];
const tenants = ['', 'acme', 'globex'];
const start = Date.now() - 3 * 86_400_000;
for (let i = 0; i < 1_500; i += 1) {
  const name = PEOPLE[(i * 7) % PEOPLE.length];
  const context = newContext({
    actor: { id: `u-${name.toLowerCase()}`, type: 'user', email: `${name.toLowerCase()}@example.test`, role: 'admin' },
    ip: `203.0.113.${i % 9}`,
    tenant: tenants[i % 3] || undefined,
    requestId: `req-${i >> 2}`,
  });
  const failed = i % 17 === 0;
  audit.record(
    {
      action: ['invoice.approve', 'invoice.send', 'auth.login', 'Patient.read', 'access.entry'][i % 5],
      outcome: failed ? 'denied' : 'success',
      severity: failed ? 'warning' : 'info',
      resource: { type: 'Invoice', id: `inv-${i % 40}` },
      details: { number: i, note: i % 50 === 0 ? '<img src=x onerror=alert(1)>\u202e' : 'as usual' },
      occurredAt: new Date(start + i * 170_000),
    },
    { context },
  );
}
await audit.flush();
for (let i = 0; i < 40; i += 1)
  await pool.query(
    `insert into audit.content (source, op, model, resource_id, tenant_key, actor, data) values ('change', 'update', 'Invoice', $1, '', convert_to($2, 'UTF8'), $3)`,
    [`inv-${i}`, JSON.stringify({ id: 'u-ada', type: 'user', email: 'ada@example.test' }), JSON.stringify({ id: `inv-${i}`, old: { id: `inv-${i}`, status: 'DRAFT', total: i, meta: { a: 1 } }, new: { id: `inv-${i}`, status: 'APPROVED', total: i * 2, meta: { a: 2 } } })], // prettier-ignore
  );
await audit.flush();

const app = express();
const authorize = () => ({ tenants: 'all', actor: { id: 'dev', email: 'dev@example.test' } });
app.use('/audit', auditViewer(audit, { authorize }));
const server = app.listen(Number(process.argv[2] ?? 0), '127.0.0.1');
await once(server, 'listening');
console.log(`http://127.0.0.1:${server.address().port}/audit/   (database ${postgres.url})`);
async function end() {
  server.closeAllConnections();
  server.close();
  await audit.close();
  await pool.end();
  await postgres.stop();
}
process.once('SIGINT', () => void end());
