import { HandOver } from './hand-over.js';
import { modelHook, type Hook } from './model-hook.js';
import type { ReadsSettings } from './options.js';
import { RAW_OPERATIONS, rawHook } from './raw-hook.js';
import { RawTables } from './raw-tables.js';
import { takesUncopied } from './uncopied.js';

/** The `query` part of an extension: a hook for each model that can touch an audited one, and for SQL; no other has any. */
export function readHooks({ plan, mode }: ReadsSettings, schema: string): Readonly<Record<string, unknown>> {
  const to = new HandOver(schema, mode);
  const ofModels = [...plan.models.values()].map((model): [string, { $allOperations: Hook }] => [
    delegateOf(model.name),
    { $allOperations: takesUncopied(modelHook(plan, model, to)) },
  ]);
  const raw = takesUncopied(rawHook(new RawTables(plan), to));
  return {
    ...Object.fromEntries(ofModels),
    ...Object.fromEntries(RAW_OPERATIONS.map((operation) => [operation, raw])),
  };
}

/** What a client calls a model. */
export function delegateOf(model: string): string {
  return model.slice(0, 1).toLowerCase() + model.slice(1);
}

const READS = Symbol.for('nestjs-prisma-audit.reads-of-client');

/** Marks a method of an extended client, which extensions behind it leave as it is. */
export function markReads<M extends object>(method: M, reads: 'seen' | 'off'): M {
  return Object.assign(method, { [READS]: reads });
}

/** Whether a client has these hooks, or was told to have none; `undefined` where nobody has said anything. */
export function readsOfClient(client: object): 'seen' | 'off' | undefined {
  const method: unknown = Reflect.get(client, '$transaction');
  const mark: unknown = typeof method === 'function' ? Reflect.get(method, READS) : undefined;
  return mark === 'seen' || mark === 'off' ? mark : undefined;
}
