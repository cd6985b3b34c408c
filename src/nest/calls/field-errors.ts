import 'reflect-metadata';
import { Injectable } from '@nestjs/common';

/** What is told that a field below it failed. */
interface Part {
  notePart(): void;
}

/** By the operation's context value, which servers give to its resolvers and to their hooks, then by the field's name in the answer. */
const fields = new WeakMap<object, Map<string | number, Part>>();

export function noteField(context: unknown, key: string | number, part: Part): void {
  if (typeof context !== 'object' || context === null) return;
  let ofOperation = fields.get(context);
  if (!ofOperation) fields.set(context, (ofOperation = new Map()));
  ofOperation.set(key, part);
}

/** The errors of an operation's answer, each with the path of its field. Total. */
export function noteErrors(context: unknown, errors: unknown): void {
  const ofOperation = typeof context === 'object' && context !== null ? fields.get(context) : undefined;
  if (!ofOperation || !Array.isArray(errors)) return;
  for (const error of errors as unknown[]) {
    try {
      const [root] = (error as { readonly path?: readonly (string | number)[] }).path ?? [];
      if (root !== undefined) ofOperation.get(root)?.notePart();
    } catch {
      // It says nothing of a field.
    }
  }
}

/** Apollo's driver takes for a plugin what has this metadata; nothing else of Apollo is needed here. */
@Injectable()
export class FieldErrors {
  requestDidStart(): Promise<object> {
    return Promise.resolve({
      willSendResponse: ({ contextValue, errors }: { contextValue?: unknown; errors?: unknown }): Promise<void> => {
        noteErrors(contextValue, errors);
        return Promise.resolve();
      },
    });
  }
}
Reflect.defineMetadata('graphql:plugin', true, FieldErrors);

/** What is used of Fastify with Mercurius. */
interface WithMercurius {
  readonly graphql?: {
    addHook?(
      name: 'onResolution',
      hook: (execution: { readonly errors?: unknown }, context: unknown) => Promise<void>,
    ): unknown;
  };
}

/** Mercurius is there when its module has been initialised. */
export function hookMercurius(fastify: WithMercurius): void {
  fastify.graphql?.addHook?.('onResolution', (execution, context) => {
    noteErrors(context, execution.errors);
    return Promise.resolve();
  });
}
