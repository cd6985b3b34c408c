import { userInfo } from 'node:os';
import { Command, InvalidArgumentError } from 'commander';
import { Audit } from '../compose/create-audit.js';
import { checkOptions } from '../compose/options.js';
import { messageOf } from '../event/cause.js';
import { AuditError } from '../event/errors.js';
import type { ReaderScope } from '../query/scope.js';
import { seesAll } from '../store/postgres/index.js';
import { viewerHandler } from '../viewer/handler.js';
import { checkViewerOptions } from '../viewer/options.js';
import { VIEWER } from '../viewer/port.js';
import { environment, requireLog, withPool, type Environment } from './environment.js';
import { complain, line, print } from './terminal.js';
import { untilSignal } from './until-signal.js';
import { serveAlone } from './view-server.js';

interface ViewOptions {
  readonly port: number;
  readonly tenant?: string[];
}

export function viewCommand(): Command {
  return new Command('view')
    .description(
      'show the log as a page in the browser of this machine, until SIGTERM or SIGINT; its address works once',
    )
    .option('--port <n>', 'port of 127.0.0.1 (default: one that is free)', port, 0)
    .option('--tenant <id...>', 'tenants to show (default: all, where the role of this connection sees them)')
    .action(async (options: ViewOptions, command: Command) => {
      const env = await environment(command, 'AUDIT_SEALER_DATABASE_URL');
      const scope = await scopeOf(env, options.tenant);
      const audit = new Audit(optionsOf(env, scope));
      try {
        const checked = checkViewerOptions('view', { authorize: () => scope });
        const served = await serveAlone(
          options.port,
          viewerHandler(() => audit[VIEWER], checked),
        );
        try {
          print(line`${served.address}`);
          complain(
            'open it in a browser of this machine: it works once, and for nobody else after that; Ctrl+C ends it',
          );
          await untilSignal();
        } finally {
          await served.close();
        }
      } finally {
        await audit.close();
      }
    });
}

/** What the role of the connection sees, or a part of it. */
async function scopeOf(env: Environment, tenants: readonly string[] | undefined): Promise<ReaderScope> {
  const actor = { id: `os:${userName()}`, type: 'user' };
  const all = await withPool(env, 'view', async (pool) => {
    await requireLog(pool, env.schema);
    return await seesAll(pool, env.schema);
  });
  if (tenants !== undefined) return { tenants, actor };
  if (all) return { tenants: 'all', actor };
  throw new AuditError('AUDIT_OPTIONS_INVALID', 'the role of this connection sees one tenant at a time: name it, --tenant acme'); // prettier-ignore
}

function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return 'unknown'; // in a container a user need not have a name
  }
}

/** It seals nothing, probes nothing, and is never started: it reads. */
function optionsOf(env: Environment, { tenants }: ReaderScope) {
  const { databaseUrl, schema, coverage } = env;
  return checkOptions({
    databaseUrl,
    ...(tenants === 'all' ? { auditorUrl: databaseUrl } : { readerUrl: databaseUrl }),
    schema,
    config: coverage,
    seal: false,
    probe: 'off',
    onError: (error) => complain(line`a question was not answered: ${messageOf(error)}`),
  });
}

function port(value: string): number {
  const n = Number(value);
  if (!/^\d{1,5}$/.test(value) || n > 65_535) throw new InvalidArgumentError('it is a number from 0 to 65535');
  return n;
}
