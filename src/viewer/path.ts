import { Refused, notFound } from './refused.js';

/** Bytes of a path, and segments of it. */
const LONGEST = 4_096;
const MOST = 8;

/**
 * The segments of a path below the mount, each decoded by itself, so that an id may have a slash in it.
 * @throws Refused 400, 404 or 414 for what is no path of ours
 */
export function segmentsOf(path: string): readonly string[] {
  if (path.length > LONGEST) throw new Refused(414, 'NOT_FOUND', 'the path is longer than 4 KiB');
  const segments = path.slice(1).split('/');
  if (segments.length > MOST) throw notFound('there is nothing at this path');
  const decoded = segments.map((segment) => decodedOf(segment));
  // A browser resolves these before it asks; whoever sends them means something else.
  if (segments.some((segment) => /^(?:\.|%2e){1,2}$/i.test(segment))) throw notFound('there is nothing at this path');
  return decoded;
}

function decodedOf(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    throw new Refused(400, 'AUDIT_QUERY_INVALID', 'the path is not UTF-8 in percent-encoding');
  }
}
