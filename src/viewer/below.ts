/** What is read of a request's target, as it was sent. */
export interface Target {
  readonly path: string;
  readonly mount: string;
  readonly query: string;
}

/**
 * The part of a target below the mount, found by the number of its segments: nothing is compared, so neither letters nor escapes of the
 * prefix matter.
 * @param depth segments of the mount
 */
export function below(target: string, depth: number): Target {
  const at = target.indexOf('?');
  const whole = at < 0 ? target : target.slice(0, at);
  const query = at < 0 ? '' : target.slice(at + 1);
  const [, ...segments] = whole.split('/');
  const mount = segments[depth - 1] ?? '';
  const rest = segments.slice(depth);
  return { path: rest.length === 0 ? '' : `/${rest.join('/')}`, mount, query };
}

/** Segments in a path or a pattern before its wildcard. */
export function depthOf(pattern: string): number {
  return pattern.split('/').filter((segment) => segment !== '' && !segment.includes('*')).length;
}
