import { isAuditError } from '../event/errors.js';

/** By SQLSTATE (PostgreSQL manual, appendix A), or its class. */
const REASONS: Readonly<Record<string, string>> = {
  '25006': 'it is read-only (a standby, a setting, or a host that ran out of disk)',
  '53100': 'its disk is full',
  '53200': 'it is out of memory',
  '53300': 'it has no connection left',
  '57P01': 'it is being stopped',
  '57P03': 'it is starting or stopping',
  '28': 'it refuses the login',
  '3D': 'it is not there',
  '08': 'it cannot be reached',
  '23505': 'the sequence of positions is behind (it is raised within seconds)',
};

/** Why the database did not take events, as a sentence of our own: what a driver says may hold anything. */
export function whyRefused(error: unknown): string {
  if (isAuditError(error)) return error.message;
  const { code } = Object(error) as { code?: unknown };
  if (typeof code !== 'string') return 'it gave no answer';
  if (/^E[A-Z]+$/.test(code)) return `it cannot be reached (${code})`;
  if (!/^[0-9A-Z]{5}$/.test(code)) return 'it gave no answer';
  return REASONS[code] ?? REASONS[code.slice(0, 2)] ?? `SQLSTATE ${code}`;
}
