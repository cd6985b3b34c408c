/** One thing that doctor looked at. */
export interface Check {
  /** Stable, for machines: `installed`, `trigger:User`, `level`, … */
  readonly name: string;
  /** `fail` makes the command exit with 1; `warn` does not. */
  readonly state: 'ok' | 'warn' | 'fail';
  readonly message: string;
  /** What to do about it. */
  readonly remedy?: string;
}

export const MIGRATE = 'run "nestjs-prisma-audit migrate"';

export const ok = (name: string, message: string): Check => ({ name, state: 'ok', message });

export function fail(name: string, message: string, remedy?: string): Check {
  return remedy === undefined ? { name, state: 'fail', message } : { name, state: 'fail', message, remedy };
}

/** In one line, for people. */
export const sentence = ({ message, remedy }: Check): string =>
  remedy === undefined ? message : `${message}: ${remedy}`;
