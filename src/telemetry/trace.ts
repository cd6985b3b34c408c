import { setTraceSource } from '../context/trace.js';
import { openTelemetry } from './open-telemetry.js';

/** From its resolution on, contexts know the active span, if the application has OpenTelemetry. Never rejects. */
export async function followTraces(): Promise<void> {
  const api = await openTelemetry();
  if (!api) return;
  setTraceSource(() => {
    try {
      const span = api.trace.getActiveSpan()?.spanContext();
      return span && api.isSpanContextValid(span) ? `${span.traceId}-${span.spanId}` : undefined;
    } catch {
      return undefined; // a context manager that is not ours; the request goes on without
    }
  });
}
