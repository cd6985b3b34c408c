import type { ReaderScope } from '../query/scope.js';
import { unfailing } from '../event/errors.js';
import { json, type Asked } from './asked.js';
import { fileOf } from './files.js';
import { guardHeaders } from './headers.js';
import type { CheckedViewerOptions } from './options.js';
import { requireOwnPage } from './own-page.js';
import { segmentsOf } from './path.js';
import type { ViewerSource } from './port.js';
import { Readers } from './readers.js';
import { Refused, notFound, refusedBy } from './refused.js';
import { headerOf, type ViewerAnswer, type ViewerRequest } from './request.js';
import { routeOf } from './routes.js';

export type ViewerHandler = (request: ViewerRequest) => Promise<ViewerAnswer>;

/** Bytes of a query string. */
const LONGEST_QUERY = 8_192;

/** Answers every request below the mount. Never rejects. */
export function viewerHandler(
  source: () => ViewerSource,
  { authorize, frameAncestors }: CheckedViewerOptions,
): ViewerHandler {
  const guarded = guardHeaders(frameAncestors);
  const readers = new Readers();
  const tell = unfailing((error) => source().onError(error));
  return async (request) => {
    try {
      const { headers, csp, ...answer } = await answered(request, source, authorize, readers);
      return { ...answer, headers: { ...guarded, ...(csp === undefined ? {} : guardHeaders(frameAncestors, csp)), ...headers } }; // prettier-ignore
    } catch (error) {
      const { refused, tell: told } = refusedBy(error);
      if (told !== undefined) tell(told);
      const { headers, ...answer } = json(refused.answer, refused.status);
      return { ...answer, headers: { ...guarded, ...headers, ...refused.headers } };
    }
  };
}

async function answered(
  request: ViewerRequest,
  source: () => ViewerSource,
  authorize: CheckedViewerOptions['authorize'],
  readers: Readers,
): Promise<ViewerAnswer & { readonly csp?: string | undefined }> {
  const scope = await allowed(request, authorize);
  const audited = source();
  // Of the page and its files too: a scope that is none is the application's mistake, and nothing is shown for it.
  const reader = readers.of(scope, audited);
  const { method, path, mount } = request;
  if (path === '') return movedTo(`./${mount}/${request.query === '' ? '' : `?${request.query}`}`);
  const segments = segmentsOf(path);
  if (segments[0] === 'api') return await asked(request, segments.slice(1), { scope, source: audited, reader });
  only(method, ['GET', 'HEAD']);
  const { assets } = await import('./assets.generated.js');
  return fileOf(assets, segments);
}

/** @throws Refused 401, or what `authorize` threw as whoever asked may know it */
async function allowed({ native }: ViewerRequest, authorize: CheckedViewerOptions['authorize']): Promise<ReaderScope> {
  let scope: ReaderScope | null | undefined | false;
  try {
    scope = await authorize(native);
  } catch (error) {
    throw thrownBy(error);
  }
  if (!scope) throw new Refused(401, 'UNAUTHORIZED', 'you may not see this: sign in first'); // prettier-ignore
  return scope;
}

/** Frameworks say it by `status`, Nest by `getStatus()`. */
function thrownBy(error: unknown): unknown {
  const said = (error ?? {}) as { status?: unknown; statusCode?: unknown; getStatus?: unknown };
  const status = typeof said.getStatus === 'function' ? Number(Reflect.apply(said.getStatus, error, [])) : Number(said.statusCode ?? said.status); // prettier-ignore
  if (!Number.isInteger(status) || status < 401 || status > 499) return error;
  return new Refused(status, status === 401 ? 'UNAUTHORIZED' : 'FORBIDDEN', 'you may not see this');
}

async function asked(
  request: ViewerRequest,
  segments: readonly string[],
  of: Pick<Asked, 'scope' | 'source' | 'reader'>,
): Promise<ViewerAnswer> {
  requireOwnPage(request);
  const route = routeOf(segments);
  if (route === undefined) throw notFound('there is no such question');
  const method = request.method === 'HEAD' ? 'GET' : request.method;
  const known = Object.keys(route.methods);
  only(method, known);
  if (method !== 'GET' && headerOf(request, 'x-audit-viewer') !== '1')
    throw new Refused(403, 'FORBIDDEN', 'this is asked with the header x-audit-viewer: 1');
  if (request.query.length > LONGEST_QUERY) throw new Refused(414, 'AUDIT_QUERY_INVALID', 'the query is longer than 8 KiB'); // prettier-ignore
  const answering = route.methods[method as 'GET' | 'POST'];
  const question: Asked = {
    ...of,
    params: route.params,
    query: new URLSearchParams(request.query),
    request,
  };
  if (answering === undefined) throw notFound('there is no such question');
  return await answering(question);
}

function only(method: string, known: readonly string[]): void {
  if (known.includes(method)) return;
  const allow = known.flatMap((each) => (each === 'GET' ? ['GET', 'HEAD'] : each === 'HEAD' ? [] : [each])).join(', ');
  throw new Refused(405, 'METHOD_NOT_ALLOWED', `this is asked with ${allow}`, { allow });
}

function movedTo(location: string): ViewerAnswer {
  return { status: 308, headers: { location, 'cache-control': 'private, no-cache' }, body: '' };
}
