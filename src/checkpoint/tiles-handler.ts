import { join } from 'node:path';
import { encodeBundle, parseBundle } from '../chain/bundle.js';
import { isOrigin } from '../chain/leaf.js';
import { NOTE_LIMITS } from '../chain/note.js';
import { parseTilePath, TILE_WIDTH, tilePath, type Tile } from '../chain/tile.js';
import { AuditError, isAuditError } from '../event/errors.js';
import { readPlain } from './proof-directory.js';
import { MAX_BUNDLE_BYTES } from './published-directory.js';
import { SECTION_FILE } from './published-sections.js';

/** Of Node's own request; that of Express is one too, and `request.raw` of Fastify. */
export interface TilesRequest {
  readonly method?: string | undefined;
  /** Path and query, without what the handler is mounted at. */
  readonly url?: string | undefined;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
}

export interface TilesResponse {
  statusCode: number;
  readonly headersSent: boolean;
  setHeader(name: string, value: string | number): unknown;
  end(bytes?: Uint8Array): unknown;
  destroy(): unknown;
}

/** What a request may see of one chain: nothing, its leaves, or its sections too. */
export type TilesAccess = boolean | { readonly sections: boolean };

export interface AuditTilesOptions<Request extends TilesRequest = TilesRequest> {
  /** Where `publish` writes. */
  readonly directory: string;
  /**
   * Asked for each request, before anything is looked for. Leaves carry action names, types and times of everything that a tenant did:
   * who may see those of this chain? What it throws answers 403, and is not told.
   * @param origin of the chain, as it is asked for; there need not be such a chain
   */
  readonly authorize: (request: Request, origin: string) => TilesAccess | Promise<TilesAccess>;
}

export type TilesHandler<Request extends TilesRequest = TilesRequest> = (
  request: Request,
  response: TilesResponse,
  next?: unknown,
) => void;

type File =
  { readonly kind: 'tile'; readonly tile: Tile } | { readonly kind: 'checkpoint' } | { readonly kind: 'sections' };

/** A section file of more is not handed over by this. */
const MAX_SECTION_FILE = 64 * 1024 * 1024;

/**
 * Serves a published directory, and nothing else of it but checkpoints, tiles, and sections where `authorize` says so. For Node's own server,
 * Express (`app.use('/audit', auditTiles(…))`), Nest (the same) and Fastify (`reply.hijack()`, then with `request.raw`, `reply.raw`).
 * Answers every request itself: `next` is never called.
 * @throws AuditError `AUDIT_OPTIONS_INVALID` without `authorize`
 */
export function auditTiles<Request extends TilesRequest = TilesRequest>({
  directory,
  authorize,
}: AuditTilesOptions<Request>): TilesHandler<Request> {
  if (typeof authorize !== 'function')
    throw new AuditError('AUDIT_OPTIONS_INVALID', 'auditTiles needs authorize: (request, origin) => boolean; leaves carry action names, types and times of everything that a tenant did'); // prettier-ignore
  if (typeof directory !== 'string' || directory === '')
    throw new AuditError('AUDIT_OPTIONS_INVALID', 'auditTiles needs directory, the one that publish writes');
  return (request, response) => {
    answer(directory, authorize, request, response).catch(() => {
      // Neither what failed nor where: the one who asks need not know the machine.
      if (response.headersSent) response.destroy();
      else send(request, response, 500, 'the log cannot be read now');
    });
  };
}

async function answer<Request extends TilesRequest>(
  directory: string,
  authorize: AuditTilesOptions<Request>['authorize'],
  request: Request,
  response: TilesResponse,
): Promise<void> {
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    response.setHeader('allow', 'GET, HEAD');
    return send(request, response, 405, 'only GET and HEAD');
  }
  const asked = parseTarget(request.url ?? '');
  if (asked === undefined) return send(request, response, 404, 'there is no such file');
  const { origin, file } = asked;
  const access = await allowed(authorize, request, origin);
  const may = file.kind === 'sections' ? typeof access === 'object' && access.sections : access !== false;
  if (!may) return send(request, response, 403, 'not allowed');
  const bytes = await read(join(directory, ...origin.split('/')), file);
  if (bytes === undefined) return send(request, response, 404, 'there is no such file');
  response.statusCode = 200;
  response.setHeader('content-type', file.kind === 'tile' ? 'application/octet-stream' : file.kind === 'checkpoint' ? 'text/plain; charset=utf-8' : 'application/x-ndjson'); // prettier-ignore
  // Private: a cache in between would answer those whom `authorize` refuses.
  const isFixed = file.kind === 'tile';
  response.setHeader('cache-control', isFixed ? 'private, max-age=31536000, immutable' : 'private, no-cache');
  response.setHeader('content-length', bytes.length);
  response.setHeader('x-content-type-options', 'nosniff');
  response.end(request.method === 'HEAD' ? undefined : bytes);
}

async function allowed<Request extends TilesRequest>(
  authorize: AuditTilesOptions<Request>['authorize'],
  request: Request,
  origin: string,
): Promise<false | { readonly sections: boolean }> {
  try {
    const access: unknown = await authorize(request, origin);
    if (access === true) return { sections: false };
    const isObject = typeof access === 'object' && access !== null && 'sections' in access;
    return isObject ? { sections: access.sections === true } : false;
  } catch {
    return false;
  }
}

/** `/<origin>/checkpoint`, `/<origin>/tile/…`, `/<origin>/sections.ndjson`, and no other way to write them: nothing is decoded. */
function parseTarget(url: string): { readonly origin: string; readonly file: File } | undefined {
  if (url.length > 1_024) return undefined;
  const path = url.split('?', 1)[0] ?? '';
  const [, origin, rest] = /^\/([a-z0-9._~/-]+?)\/(checkpoint|sections\.ndjson|tile\/[a-z0-9/.]+)$/.exec(path) ?? [];
  if (origin === undefined || rest === undefined || !isOrigin(origin)) return undefined;
  if (origin.split('/').some((word) => word.startsWith('.'))) return undefined;
  if (rest === 'checkpoint') return { origin, file: { kind: 'checkpoint' } };
  if (rest === SECTION_FILE) return { origin, file: { kind: 'sections' } };
  try {
    return { origin, file: { kind: 'tile', tile: parseTilePath(rest) } };
  } catch (error) {
    if (isAuditError(error, 'AUDIT_EVIDENCE_INVALID')) return undefined;
    throw error;
  }
}

async function read(directory: string, file: File): Promise<Uint8Array | undefined> {
  const bytesOf = async (path: string, limit: number): Promise<Buffer | undefined> => {
    const bytes = await readPlain(join(directory, ...path.split('/')), limit);
    if (bytes === 'too long') throw new AuditError('AUDIT_PUBLISHED_DIFFERS', `${path} is longer than it can be`);
    return bytes;
  };
  if (file.kind === 'checkpoint') return await bytesOf('checkpoint', NOTE_LIMITS.bytes);
  if (file.kind === 'sections') return await bytesOf(SECTION_FILE, MAX_SECTION_FILE);
  const { tile } = file;
  const limit = tile.level === 'entries' ? MAX_BUNDLE_BYTES : TILE_WIDTH * 32;
  const bytes = await bytesOf(tilePath(tile), limit);
  if (bytes !== undefined || tile.width === TILE_WIDTH) return bytes;
  // A partial one goes when the full one is there, which begins with it.
  const full = await bytesOf(tilePath({ ...tile, width: TILE_WIDTH }), limit);
  if (full === undefined) return undefined;
  if (tile.level !== 'entries') return full.subarray(0, tile.width * 32);
  return encodeBundle(parseBundle(full, TILE_WIDTH).slice(0, tile.width));
}

function send(request: TilesRequest, response: TilesResponse, status: number, text: string): void {
  const bytes = Buffer.from(`${text}\n`);
  response.statusCode = status;
  response.setHeader('content-type', 'text/plain; charset=utf-8');
  response.setHeader('cache-control', 'no-store');
  response.setHeader('content-length', bytes.length);
  response.setHeader('x-content-type-options', 'nosniff');
  response.end(request.method === 'HEAD' ? undefined : bytes);
}
