import { Inject, Injectable, RequestMethod, VERSION_NEUTRAL, VersioningType } from '@nestjs/common';
import { ApplicationConfig, HttpAdapterHost, MetadataScanner, ModulesContainer } from '@nestjs/core';
import type { MatchedRoute } from '../http/policy.js';
import type { RequestRecord } from '../http/request-record.js';
import type { AuditRequest } from '../http/request.js';
import { routePattern } from '../http/route-pattern.js';
import { markOf, type Mark } from './audited-mark.js';
import { fitsHost, fitsVersion, type Distinction } from './route-distinction.js';

interface Route extends Mark, Distinction {
  /** `ALL` matches every method. */
  readonly method: string;
}

/**
 * Which handler a route belongs to. The first guard saw it, where the request came so far; else a table says it, made once
 * from Nest's metadata: for requests that middleware refused, or a hook of Fastify. Undecorated handlers are in it too, so
 * that they are not taken for another's.
 */
@Injectable()
export class RouteTable {
  readonly #modules: ModulesContainer;
  readonly #scanner: MetadataScanner;
  readonly #config: ApplicationConfig;
  readonly #host: HttpAdapterHost;
  /** By whole pattern. */
  #routes: ReadonlyMap<string, readonly Route[]> | undefined;
  #holds: boolean | undefined;

  constructor(
    @Inject(ModulesContainer) modules: ModulesContainer,
    @Inject(MetadataScanner) scanner: MetadataScanner,
    @Inject(ApplicationConfig) config: ApplicationConfig,
    @Inject(HttpAdapterHost) host: HttpAdapterHost,
  ) {
    this.#modules = modules;
    this.#scanner = scanner;
    this.#config = config;
    this.#host = host;
  }

  /** The route of a request: by what its guards were asked for, else by the pattern that the framework left on it; nothing if none matched. */
  find(request: AuditRequest, record: RequestRecord): MatchedRoute | undefined {
    const pattern = routePattern(request);
    const { handler } = record;
    if (handler) return { pattern, audited: handler.audited, skipped: handler.skipped };
    if (pattern === undefined) return undefined;
    const found = (this.#table.get(join(pattern)) ?? []).filter(
      ({ method }) => method === request.method || method === 'ALL' || (method === 'GET' && request.method === 'HEAD'),
    );
    const first = found.length > 1 ? this.#firstFor(found, request) : found[0];
    if (first) return { pattern, audited: first.audited, skipped: first.skipped };
    // Not told apart: there is an entry if there may have to be one, and it says no more than method and pattern do.
    return { pattern, audited: found.some(({ audited }) => audited) ? {} : undefined };
  }

  /** Of one pattern the one that the router gives this request to: the first that takes its version and its host. */
  #firstFor(routes: readonly Route[], request: AuditRequest): Route | undefined {
    const versioning = this.#config.getVersioning();
    const adapter = this.#host.httpAdapter;
    return routes.find((route) => fitsHost(route, request) && fitsVersion(route, request, versioning, adapter));
  }

  /** Whether any route wants its entry to have come somewhere before the response goes out. */
  get holds(): boolean {
    return (this.#holds ??= [...this.#table.values()]
      .flat()
      .some(({ audited }) => (audited?.durability ?? 'async') !== 'async'));
  }

  get #table(): ReadonlyMap<string, readonly Route[]> {
    return (this.#routes ??= this.#build());
  }

  /** Made at the first question: the global prefix and the versioning are set after the modules. */
  #build(): ReadonlyMap<string, readonly Route[]> {
    const routes = new Map<string, Route[]>();
    for (const module of this.#modules.values()) {
      const modulePath: unknown = Reflect.getMetadata(`__module_path__${this.#modules.applicationId}`, module.metatype);
      for (const { metatype } of module.controllers.values()) {
        if (typeof metatype !== 'function') continue;
        for (const { pattern, ...route } of this.#routesOf(
          metatype,
          typeof modulePath === 'string' ? modulePath : '',
        )) {
          const same = routes.get(pattern);
          if (same) same.push(route);
          else routes.set(pattern, [route]);
        }
      }
    }
    return routes;
  }

  #routesOf(controller: { readonly prototype?: unknown }, modulePath: string): (Route & { pattern: string })[] {
    // Nest's own metadata keys; its constants are not exported from a package root.
    const meta = (key: string, target: object): unknown => Reflect.getMetadata(key, target);
    const prototype = controller.prototype as Record<string, unknown>;
    return this.#scanner.getAllMethodNames(prototype).flatMap((name) => {
      const handler = prototype[name];
      if (typeof handler !== 'function') return [];
      const number = meta('method', handler);
      if (typeof number !== 'number') return [];
      const method = RequestMethod[number] ?? 'ALL';
      const mark = markOf(handler, controller);
      const said = meta('__version__', handler) ?? meta('__version__', controller);
      const told = {
        version: said ?? this.#config.getVersioning()?.defaultVersion,
        hosts: list(meta('host', controller)),
      };
      const patterns = this.#prefixes(said).flatMap((prefix) =>
        list(meta('path', controller)).flatMap((base) =>
          list(meta('path', handler)).map((path) => join(prefix, modulePath, String(base), String(path))),
        ),
      );
      return [...new Set(patterns)].map((pattern) => ({ pattern, method, ...told, ...mark }));
    });
  }

  /** What can stand in front of a handler's own path: the global prefix, unless it is excluded from it, and its versions. */
  #prefixes(versions: unknown): string[] {
    const versioning = this.#config.getVersioning();
    const global = this.#config.getGlobalPrefix();
    const inPath = versioning?.type === VersioningType.URI ? list(versions ?? versioning.defaultVersion) : [];
    const prefix = versioning?.type === VersioningType.URI ? (versioning.prefix ?? 'v') || '' : '';
    const segments = inPath.map((version) => (version === VERSION_NEUTRAL ? '' : `${prefix}${String(version)}`));
    return (segments.length > 0 ? segments : ['']).flatMap((segment) => [join(global, segment), segment]);
  }
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : value === undefined ? [] : [value];
}

/**
 * One pattern of several. How a wildcard is written differs: `*`, `(.*)` and `+` are Nest's older ways, which it hands on to Express
 * as `{*path}`, `*path` or `*path7`, and Fastify knows only `*`.
 */
function join(...paths: string[]): string {
  const segments = paths.flatMap((path) => path.split('/')).filter((segment) => segment !== '');
  return segments.map((segment) => (WILDCARD.test(segment) ? '*' : segment)).join('/');
}

const WILDCARD = /^(?:\{?\*\w*\}?|\(\.\*\)|\+)$/;
