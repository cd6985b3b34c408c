import type { ActionBook } from '../event/action-book.js';
import type { AuditedRoute } from './audited-options.js';

/**
 * The route with the resource of its action's definition, so that its id is found where that of a decorator is. A type that
 * is made out of the route gives way to it; one that somebody wrote does not.
 */
export function withDefinition(
  route: AuditedRoute | undefined,
  actions: ActionBook | undefined,
): AuditedRoute | undefined {
  const type = route && actions?.find(route.action)?.resource;
  if (route === undefined || type === undefined) return route;
  const { resource, derived } = route;
  if (resource === undefined || (derived && typeof resource === 'string')) return { ...route, resource: type };
  if (!derived || typeof resource === 'string') return route;
  return { ...route, resource: (call) => ({ ...resource(call), type }) };
}
