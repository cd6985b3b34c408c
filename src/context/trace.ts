/**
 * Which span of the application's tracing is at work, for whoever begins a unit of work. This room knows no tracing; what
 * does (telemetry/) leaves the way to ask here. One for the process, since both module formats can be loaded.
 */
const KEY = Symbol.for('nestjs-prisma-audit.trace');
type Registry = { [KEY]?: TraceSource };

/** MUST be quick and MUST NOT throw: it is asked at the start of each request. */
export type TraceSource = () => string | undefined;

export function setTraceSource(source: TraceSource): void {
  (globalThis as Registry)[KEY] = source;
}

/** `<trace id>-<span id>` in lowercase hex, or nothing when no span is active or there is no tracing. */
export function activeTrace(): string | undefined {
  return (globalThis as Registry)[KEY]?.();
}
