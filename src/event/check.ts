/** One thing that was looked at, and what to do where it is not as it should be. */
export interface Check {
  readonly name: string;
  readonly state: 'ok' | 'warn' | 'fail';
  readonly message: string;
  readonly remedy?: string;
}

/** `message: remedy`, for a log. */
export function saying({ message, remedy }: Check): string {
  return remedy === undefined ? message : `${message}: ${remedy}`;
}
