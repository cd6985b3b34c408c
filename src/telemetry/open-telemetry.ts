type OpenTelemetry = typeof import('@opentelemetry/api');

let loading: Promise<OpenTelemetry | undefined> | undefined;

/**
 * OpenTelemetry's API if the application has it, else nothing. An optional peer: it is asked for when an audit is made, never
 * when this package is loaded, and its absence is no error in either module format.
 */
export function openTelemetry(): Promise<OpenTelemetry | undefined> {
  return (loading ??= import('@opentelemetry/api').then(
    (api) => ('metrics' in api && 'trace' in api ? api : undefined),
    () => undefined,
  ));
}
