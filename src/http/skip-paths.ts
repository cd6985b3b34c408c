import { unprefixed } from './default-action.js';
import type { AuditRequest } from './request.js';
import { DEFAULT_SKIP_PATHS } from './policy-options.js';

/** More of a path than any rule is about. */
const LOOKED_AT = 2_048;

/** Whether a request is left out by `skipPaths`, or by the defaults in their place; these are for reading alone. */
export function isSkipped(
  paths: readonly (string | RegExp)[] | undefined,
  request: AuditRequest,
  pattern: string | undefined,
): boolean {
  if (paths === undefined && request.method !== 'GET' && request.method !== 'HEAD') return false;
  const whole = slashed(pattern ?? pathOf(request));
  const candidates = [whole, unprefixed(whole)].map((path) => path.toLowerCase());
  return (paths ?? DEFAULT_SKIP_PATHS).some((path) =>
    typeof path === 'string'
      ? candidates.some((candidate) => startsWith(candidate, slashed(path).toLowerCase()))
      : path.test(whole),
  );
}

function startsWith(path: string, prefix: string): boolean {
  return path === prefix || path.startsWith(`${prefix}/`);
}

/** One slash before, none behind: a pattern of Nest's own table has none before. */
function slashed(path: string): string {
  return `/${path.replaceAll(/^\/+|\/+$/g, '')}`;
}

/** For a look at it alone: it is never kept. */
function pathOf(request: AuditRequest): string {
  const url: unknown = request['originalUrl'] ?? request['url'];
  return typeof url === 'string' ? (url.slice(0, LOOKED_AT).split(/[?#]/, 1)[0] ?? '') : '';
}
