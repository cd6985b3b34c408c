import type { ActionBook } from '../event/action-book.js';
import type { AuditedRoute } from './request-record.js';

/** The route with the resource of its action's definition, so that its id is found where that of a decorator is. */
export function withDefinition(
  route: AuditedRoute | undefined,
  actions: ActionBook | undefined,
): AuditedRoute | undefined {
  if (route === undefined || route.resource !== undefined) return route;
  const resource = actions?.find(route.action)?.resource;
  return resource === undefined ? route : { ...route, resource };
}
