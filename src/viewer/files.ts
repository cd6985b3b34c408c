import type { Asset } from './assets.generated.js';
import { notFound } from './refused.js';
import type { ViewerAnswer } from './request.js';

/** What the page's own program shows at these; it has the same text for all of them. */
const VIEWS: ReadonlySet<string> = new Set(['entry', 'record', 'actor', 'group', 'overview', 'access']);

/**
 * The page and its files. They are guarded as the data is, so nobody else may keep them.
 * @param segments of the path, decoded
 * @throws Refused 404
 */
export function fileOf(
  assets: Readonly<Record<string, Asset>>,
  segments: readonly string[],
): Omit<ViewerAnswer, 'headers'> & { readonly headers: Record<string, string>; readonly csp?: string | undefined } {
  const name = segments.join('/');
  const isFile = name !== 'index.html' && Object.hasOwn(assets, name);
  const [view = ''] = segments;
  const isView = view === '' ? segments.length === 1 : VIEWS.has(view);
  const asset = isFile ? assets[name] : isView ? assets['index.html'] : undefined;
  if (asset === undefined) throw notFound('there is nothing at this path');
  const caching = asset.isHashed ? 'private, max-age=31536000, immutable' : 'private, no-cache';
  return {
    status: 200,
    headers: { 'content-type': asset.type, 'cache-control': caching },
    // All paths of the page are relative, so that it works wherever it is mounted, and whatever a proxy puts in front.
    body: isFile ? asset.body : asset.body.replace('%BASE%', '../'.repeat(segments.length - 1) || './'),
    csp: asset.csp,
  };
}
