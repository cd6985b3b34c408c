import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import { formatVkey } from '../../../src/chain/vkey.js';
import { createAudit, type Audit } from '../../../src/compose/index.js';
import { auditViewer } from '../../../src/express/index.js';
import type { ReaderScope } from '../../../src/query/index.js';
import { MemoryAnchor, signerOf, vkeyOfLabel } from '../../checkpoint/support/memory.js';
import { createLog, type TestLog } from '../../support/log.js';

/** An application with its viewer, and who may see what in it: `x-user` says who asks. */
export interface Site {
  readonly log: TestLog;
  readonly audit: Audit;
  readonly app: express.Express;
  readonly port: number;
  readonly base: string;
  /** By name; a test may change them. */
  readonly scopes: Map<string, ReaderScope>;
  readonly vkey: () => Promise<string>;
  /** Ends all connections of browsers, whatever runs over them. */
  cut(): void;
  close(): Promise<void>;
}

const LABEL = 'browser';
const POLICY = "default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'self'; require-trusted-types-for 'script'; trusted-types 'none'"; // prettier-ignore

export async function openSite(): Promise<Site> {
  const log = await createLog();
  const audit = createAudit({
    databaseUrl: log.url,
    auditorUrl: log.url,
    flushIntervalMs: 1,
    seal: { minWaitMs: 1 },
    config: {
      tables: {},
      evidence: { signer: signerOf(LABEL), anchors: [new MemoryAnchor()], tickMs: 1_000 },
    } as never, // as audit.config.ts has it
    onError: () => undefined,
  });
  const scopes = new Map<string, ReaderScope>([
    ['root', { tenants: 'all', actor: { id: 'root' } }],
    ['ann', { tenants: ['acme'], actor: { id: 'ann' } }],
    ['guard', { tenants: ['acme'], actions: (action) => action.startsWith('access.'), actor: { id: 'guard' } }],
  ]);
  const app = express();
  const authorize = ({ headers }: express.Request): ReaderScope | undefined => scopes.get(String(headers['x-user']));
  app.use('/audit', auditViewer(audit, { authorize }));
  // A page of the application's own, with a policy as strict as the viewer's.
  app.get('/invoices/42', (_request, response) => {
    response.set('content-security-policy', POLICY);
    response.type('html').send('<!doctype html><html lang="en"><title>Invoice 42</title><script type="module" src="/audit/element.js"></script><main><h1>Invoice 42</h1><audit-timeline resource="Invoice/inv-42" src="/audit/" tenant="acme"></audit-timeline></main></html>'); // prettier-ignore
  });
  const server: Server = app.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    log,
    audit,
    app,
    port,
    base: `http://127.0.0.1:${port}/audit/`,
    scopes,
    async vkey() {
      const { rows } = await log.pool.query<{ origin: string }>('select origin from audit.sealer');
      return formatVkey(await vkeyOfLabel(`${rows[0]?.origin}/registry`, LABEL));
    },
    cut: () => server.closeAllConnections(),
    async close() {
      server.closeAllConnections();
      server.close();
      await audit.close();
      await log.close();
    },
  };
}
