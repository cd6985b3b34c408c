import 'reflect-metadata';

/** What calls a handler, where no HTTP route does. `call`: other code of the application, or GraphQL for a field below another. */
export type CallKind = 'graphql' | 'rpc' | 'ws' | 'cron' | 'job' | 'event' | 'cqrs' | 'command' | 'call';

/** What libraries of Nest's write on a method that they call. Their constants are not exported from a package root. */
const ON_METHOD: readonly (readonly [key: string, kind: CallKind])[] = [
  ['microservices:pattern', 'rpc'],
  ['websockets:message_mapping', 'ws'],
  ['graphql:resolver_type', 'graphql'],
  ['SCHEDULER_TYPE', 'cron'],
  ['EVENT_LISTENER_METADATA', 'event'],
];

/** What they write on a class, and the method of it that they call. */
const ON_CLASS: readonly (readonly [key: string, method: string, kind: CallKind])[] = [
  ['bullmq:processor_metadata', 'process', 'job'],
  ['__commandHandler__', 'execute', 'cqrs'],
  ['__queryHandler__', 'execute', 'cqrs'],
  ['__eventsHandler__', 'handle', 'cqrs'],
  ['CommandBuilder:Command:Meta', 'run', 'command'],
  ['CommandBuilder:Subcommand:Meta', 'run', 'command'],
  ['CommandBuilder:RootCommand:Meta', 'run', 'command'],
];

/** What calls this method of this class. */
export function kindOf(controller: object, name: string, handler: object): CallKind {
  const ofMethod = ON_METHOD.find(([key]) => Reflect.hasMetadata(key, handler));
  if (ofMethod?.[1] === 'graphql' && !isRootField(handler)) return 'call';
  if (ofMethod) return ofMethod[1];
  const ofClass = ON_CLASS.find(([key, method]) => method === name && Reflect.hasMetadata(key, controller));
  return ofClass?.[2] ?? 'call';
}

/** Of an operation itself, not below another field. */
export function isRootField(handler: object): boolean {
  return ['Query', 'Mutation', 'Subscription'].includes(String(Reflect.getMetadata('graphql:resolver_type', handler)));
}

/** Whether an HTTP route leads to it: then the request is the unit of work, and its end is the end. */
export function isRoute(handler: object): boolean {
  return Reflect.hasMetadata('path', handler) && Reflect.hasMetadata('method', handler);
}

/** Those that Nest calls behind guards, interceptors and pipes, so that one of them can refuse. */
export function isGuarded(kind: CallKind): boolean {
  return kind === 'graphql' || kind === 'rpc' || kind === 'ws';
}
