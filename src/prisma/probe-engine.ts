import type { Check } from '../event/check.js';
import type { Engine } from '../event/coverage/coverage.js';
import { captureCellOf, hasAuditAdapter } from './client-options.js';

/** What the database says to the client. */
export interface EngineFacts {
  /** Whether its role may call what logs a change; null where there is no such function. */
  readonly logs: boolean | null;
  /** Tables with capture triggers. */
  readonly triggers: readonly string[] | null;
}

/** Whether engine "client" is on in this client; `undefined` where that cannot be known. */
export function captures(client: object): boolean | undefined {
  return hasAuditAdapter(client) === undefined ? undefined : captureCellOf(client)?.capture !== undefined;
}

/** That one engine captures what this client writes, and not none, nor both. Nothing to say of engine "database". */
export function checkClientEngine(
  client: object,
  { logs, triggers }: Partial<EngineFacts>,
  name: string,
  engine: Engine | undefined,
): readonly Check[] {
  const check = (state: Check['state'], message: string, remedy?: string): Check[] => [
    { name: 'client.engine', state, message, ...(remedy === undefined ? {} : { remedy }) },
  ];
  const isOn = captures(client);
  if (isOn === false && engine === 'client')
    return check(
      'fail',
      `engine "client" is to capture, and is not on in ${name}: what it changes is not logged`,
      "prisma.$extends(audit({ engine: 'client', catalogue }))",
    );
  if (isOn !== true) return [];
  if (triggers && triggers.length > 0)
    return check(
      'fail',
      `both engines are on: ${name} has engine "client", and there are capture triggers on ${triggers.join(', ')}, so each change is logged twice`,
      `set engine: 'client' in audit.config and run "nestjs-prisma-audit migrate", which removes the triggers; or take engine: 'client' out of audit()`,
    );
  if (logs !== true)
    return check(
      'fail',
      `the role of ${name} may not execute the log's function client_change, so its writes fail`,
      `set engine: 'client' in audit.config, and run "nestjs-prisma-audit migrate --app-role" with its name`,
    );
  return check('ok', `${name} logs what it changes itself`);
}
