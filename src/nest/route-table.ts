import { Inject, Injectable, RequestMethod, VERSION_NEUTRAL, VersioningType } from '@nestjs/common';
import { ApplicationConfig, MetadataScanner, ModulesContainer } from '@nestjs/core';
import type { MatchedRoute } from '../http/policy.js';
import type { AuditRequest } from '../http/request.js';
import { routePattern } from '../http/route-pattern.js';
import { markOf, type Mark } from './audited-mark.js';

interface Route extends Mark {
  /** `ALL` matches every method. */
  readonly method: string;
}

/**
 * Which handler a route belongs to, made once from Nest's metadata. It answers for requests that no interceptor ever saw,
 * because a guard refused them. Undecorated handlers are in it too, so that they are not taken for another's.
 */
@Injectable()
export class RouteTable {
  readonly #modules: ModulesContainer;
  readonly #scanner: MetadataScanner;
  readonly #config: ApplicationConfig;
  /** By whole pattern. */
  #routes: ReadonlyMap<string, readonly Route[]> | undefined;
  #holds: boolean | undefined;

  constructor(
    @Inject(ModulesContainer) modules: ModulesContainer,
    @Inject(MetadataScanner) scanner: MetadataScanner,
    @Inject(ApplicationConfig) config: ApplicationConfig,
  ) {
    this.#modules = modules;
    this.#scanner = scanner;
    this.#config = config;
  }

  /** The route that the framework matched, by the pattern it left on the request; nothing if none did. */
  find(request: AuditRequest): MatchedRoute | undefined {
    const pattern = routePattern(request);
    if (pattern === undefined) return undefined;
    const found = (this.#table.get(join(pattern)) ?? []).filter(
      ({ method }) => method === request.method || method === 'ALL' || (method === 'GET' && request.method === 'HEAD'),
    );
    // The same pattern twice, told apart by header or host: only an answer that is the same for all is an answer.
    const [first] = found;
    const same = found.every(({ audited, skipped }) => audited === first?.audited && skipped === first?.skipped);
    return same && first ? { pattern, audited: first.audited, skipped: first.skipped } : { pattern };
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
      const patterns = this.#prefixes(meta('__version__', handler) ?? meta('__version__', controller)).flatMap(
        (prefix) =>
          list(meta('path', controller)).flatMap((base) =>
            list(meta('path', handler)).map((path) => join(prefix, modulePath, String(base), String(path))),
          ),
      );
      return [...new Set(patterns)].map((pattern) => ({ pattern, method, ...mark }));
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

/** One pattern of several, as Express has it: a last `*` is Nest's older way to write `{*path}`. */
function join(...paths: string[]): string {
  const segments = paths.flatMap((path) => path.split('/')).filter((segment) => segment !== '');
  return segments.map((segment, i) => (segment === '*' && i === segments.length - 1 ? '{*path}' : segment)).join('/');
}
