import { VERSION_NEUTRAL, type VersioningOptions } from '@nestjs/common';
import type { AbstractHttpAdapter } from '@nestjs/core';
import { header, type AuditRequest } from '../http/request.js';

/** By what handlers of one pattern are told apart. */
export interface Distinction {
  /** One, a list, or that it takes requests of no version. Nothing where there are none. */
  readonly version: unknown;
  /** Names with `:parameters`, or expressions. None: any host. */
  readonly hosts: readonly unknown[];
}

type Version = Parameters<AbstractHttpAdapter['applyVersionFilter']>[1];
type Filter = (request: AuditRequest, response: object, next: () => void) => unknown;

const VERSIONS = Symbol('nestjs-prisma-audit:versions');

/** What is read of a route of Fastify, and left on it: its router tells versions apart, and keeps to itself how. */
export interface FastifyVersioned {
  config?: { readonly [VERSIONS]?: readonly unknown[] };
  readonly constraints?: { readonly version?: unknown };
}

/** While the route is added. Its configuration is what a request has of it. */
export function noteVersions(route: FastifyVersioned): void {
  const version = route.constraints?.version;
  if (version !== undefined) route.config = { ...route.config, [VERSIONS]: [version].flat() };
}

/** Longer than any name of a host (RFC 1035, 2.3.4). */
const LONGEST_HOST = 255;

/** Whether the router gives a request to this handler as far as its version goes: the platform's own filter is asked. */
export function fitsVersion(
  { version }: Distinction,
  request: AuditRequest,
  versioning: VersioningOptions | undefined,
  adapter: Pick<AbstractHttpAdapter, 'applyVersionFilter'>,
): boolean {
  if (!versioning || version === undefined) return true;
  const ofFastify = request['routeOptions'] as FastifyVersioned | undefined;
  if (ofFastify) {
    const matched = ofFastify.config?.[VERSIONS] ?? [VERSION_NEUTRAL];
    return [version].flat().some((one) => matched.includes(one));
  }
  let fits = false;
  const take = (): void => void (fits = true);
  try {
    const filter = adapter.applyVersionFilter(take, version as Version, versioning) as unknown as Filter;
    filter(request, {}, () => undefined);
  } catch {
    // An extractor of the application that throws: it threw at the router as well.
  }
  return fits;
}

export function fitsHost({ hosts }: Distinction, request: AuditRequest): boolean {
  if (hosts.length === 0) return true;
  const name = hostOf(request);
  return name !== undefined && hosts.some((host) => expressionOf(host)?.test(name) === true);
}

function hostOf(request: AuditRequest): string | undefined {
  const given: unknown = request['hostname'] ?? header(request, 'host')?.replace(/:\d{1,5}$/, '');
  return typeof given === 'string' && given.length <= LONGEST_HOST ? given : undefined;
}

function expressionOf(host: unknown): RegExp | undefined {
  if (host instanceof RegExp) return new RegExp(host.source, host.flags.replaceAll(/[gy]/g, ''));
  if (typeof host !== 'string') return undefined;
  const parts = host.split(/(:\w+)/).map((part, i) => (i % 2 === 1 ? '[^/]+' : part.replaceAll(/[^\w-]/g, '\\$&')));
  return new RegExp(`^${parts.join('')}$`, 'i');
}
