import type { Check } from '../../event/check.js';

export type { Check } from '../../event/check.js';

export const MIGRATE = 'run "nestjs-prisma-audit migrate"';

export const ok = (name: string, message: string): Check => ({ name, state: 'ok', message });

export function fail(name: string, message: string, remedy?: string): Check {
  return remedy === undefined ? { name, state: 'fail', message } : { name, state: 'fail', message, remedy };
}
