export { messageOf } from '../event/cause.js';

/** Code of an error of Node's, `ENOENT`. By its shape: it may come from another realm. */
export function codeOf(error: unknown): unknown {
  return typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
}
