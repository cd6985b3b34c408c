import { Inject, Injectable, RequestMethod, VERSION_NEUTRAL } from '@nestjs/common';
import { MetadataScanner, ModulesContainer, Reflector } from '@nestjs/core';
import type { AuditedRoute } from '../http/request-record.js';
import type { AuditRequest } from '../http/request.js';
import { AUDITED, SKIPPED } from './audited.decorator.js';

interface Route {
  /** `RequestMethod.ALL` matches every method. */
  readonly method: string;
  /** Segments of the controller's and the method's path; a global prefix may stand in front of them. */
  readonly segments: readonly string[];
  readonly versions: readonly string[];
  readonly audited: AuditedRoute | undefined;
}

/**
 * Which handler a route belongs to, made once at boot from Nest's metadata. It answers for requests that no interceptor
 * ever saw, because a guard refused them. Undecorated handlers are in it too, so that they are not taken for another's.
 */
@Injectable()
export class RouteTable {
  readonly #modules: ModulesContainer;
  readonly #scanner: MetadataScanner;
  readonly #reflector: Reflector;
  #routes: readonly Route[] | undefined;

  constructor(
    @Inject(ModulesContainer) modules: ModulesContainer,
    @Inject(MetadataScanner) scanner: MetadataScanner,
    @Inject(Reflector) reflector: Reflector,
  ) {
    this.#modules = modules;
    this.#scanner = scanner;
    this.#reflector = reflector;
  }

  /** The audited route that the framework matched, by the pattern it left on the request. */
  find(request: AuditRequest): AuditedRoute | undefined {
    const pattern = request.route?.path;
    if (typeof pattern !== 'string') return undefined;
    const segments = split(pattern);
    const candidates = (this.#routes ??= this.#build()).filter(
      (route) =>
        (route.method === request.method ||
          route.method === 'ALL' ||
          (route.method === 'GET' && request.method === 'HEAD')) &&
        endsWith(segments, route.segments),
    );
    const longest = Math.max(...candidates.map((route) => route.segments.length));
    const best = candidates.filter((route) => route.segments.length === longest);
    const inVersion = best.filter((route) =>
      route.versions.some((version) => segments[segments.length - longest - 1] === `v${version}`),
    );
    const chosen = inVersion.length > 0 ? inVersion : best;
    // The same pattern twice, told apart by header or host: only an answer that is the same for all is an answer.
    return chosen.every((route) => route.audited === chosen[0]?.audited) ? chosen[0]?.audited : undefined;
  }

  #build(): readonly Route[] {
    const routes: Route[] = [];
    for (const module of this.#modules.values()) {
      const modulePath: unknown = Reflect.getMetadata(`__module_path__${this.#modules.applicationId}`, module.metatype);
      for (const { metatype } of module.controllers.values()) {
        if (typeof metatype !== 'function') continue;
        routes.push(...this.#routesOf(metatype, typeof modulePath === 'string' ? modulePath : ''));
      }
    }
    return routes;
  }

  #routesOf(controller: { readonly prototype?: unknown }, modulePath: string): Route[] {
    // Nest's own metadata keys; its constants are not exported from a package root.
    const meta = (key: string, target: object): unknown => Reflect.getMetadata(key, target);
    const prototype = controller.prototype as Record<string, unknown>;
    return this.#scanner.getAllMethodNames(prototype).flatMap((name) => {
      const handler = prototype[name];
      if (typeof handler !== 'function') return [];
      const method = meta('method', handler);
      if (typeof method !== 'number') return [];
      const targets = [handler, controller as never];
      const skipped = this.#reflector.getAllAndOverride<boolean | undefined>(SKIPPED, targets) === true;
      const audited = skipped
        ? undefined
        : this.#reflector.getAllAndOverride<AuditedRoute | undefined>(AUDITED, targets);
      const versions = list(meta('__version__', handler) ?? meta('__version__', controller)).filter(
        (version) => version !== VERSION_NEUTRAL,
      );
      return list(meta('path', controller)).flatMap((base) =>
        list(meta('path', handler)).map((path) => ({
          method: RequestMethod[method] ?? 'ALL',
          segments: [...split(modulePath), ...split(String(base)), ...split(String(path))],
          versions: versions.map((version) => String(version)),
          audited,
        })),
      );
    });
  }
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : value === undefined ? [] : [value];
}

function split(path: string): string[] {
  return path.split('/').filter((segment) => segment !== '');
}

function endsWith(segments: readonly string[], tail: readonly string[]): boolean {
  const offset = segments.length - tail.length;
  return offset >= 0 && tail.every((segment, i) => segments[offset + i] === segment);
}
