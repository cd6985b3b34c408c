export { currentContext, runAs, runInContext, newContext, setActor, withContext } from './context.js';
export type { AuditContext, ContextFields, UnitOfWork } from './context.js';
export { actorSection } from './actor-section.js';
export type { ActorSection } from './actor-section.js';
