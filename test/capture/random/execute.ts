import { currentContext, runAs, withContext } from '../../../src/context/index.js';
import { call, type AnyClient } from '../world/client.js';
import { describeError } from '../shapes/outcome.js';
import { withoutMadeUp } from './made-up.js';
import { RAW, type Operation } from './operation.js';
import type { Act, Program, Step } from './program.js';

/** What an act came to, as text, and what it must be known by in the log. */
export interface Ended {
  readonly actor: string;
  readonly group: string | undefined;
  readonly outcome: string;
}

/** Runs the steps one after another, each as a request of its own; `ended` is awaited after each act. */
export async function execute(
  client: AnyClient,
  program: Program,
  ended: (act: Ended) => Promise<void>,
): Promise<void> {
  for (const step of program) {
    await withContext({ actor: { id: step.actor } }, async () => {
      const told = (actor: string, outcome: string): Promise<void> =>
        ended({ actor, group: currentContext()?.root.group, outcome });
      await told(step.actor, await outcomeOf(() => takeStep(client, step, told)));
    });
  }
}

const send = (client: AnyClient, { model, action, args }: Operation): PromiseLike<unknown> =>
  action === RAW ? client.$executeRawUnsafe(String(args['sql'])) : call(client, model.property, action, args);

export async function takeStep(
  client: AnyClient,
  step: Step,
  told: (actor: string, outcome: string) => Promise<void> = () => Promise.resolve(),
): Promise<unknown> {
  if (step.kind === 'single') return await send(client, step.operation);
  const options = step.isolationLevel ? { isolationLevel: step.isolationLevel } : undefined;
  if (step.kind === 'array') {
    return await client.$transaction(
      step.operations.map((operation) => send(client, operation)),
      options,
    );
  }

  const act = async (tx: AnyClient, { actor, operation }: Act): Promise<void> => {
    const work = async (): Promise<unknown> => await send(tx, operation);
    let failed: unknown;
    const outcome = await outcomeOf(
      () => (actor === step.actor ? work() : runAs({ id: actor }, work)),
      (error) => (failed = error),
    );
    await told(actor, outcome);
    if (failed !== undefined && !step.catches) throw failed;
  };
  return await client.$transaction(async (tx) => {
    const from = step.nestedFrom ?? step.acts.length;
    for (const each of step.acts.slice(0, from)) await act(tx, each);
    if (from < step.acts.length) {
      await tx.$transaction(async (inner) => {
        for (const each of step.acts.slice(from)) await act(inner, each);
      });
    }
    if (step.ends === 'throw') throw new Error('changed my mind');
    return 'done';
  }, options);
}

async function outcomeOf(
  run: () => Promise<unknown>,
  failed: (error: unknown) => void = () => undefined,
): Promise<string> {
  try {
    return withoutMadeUp(JSON.stringify(asText(await run())));
  } catch (error) {
    failed(error);
    // What is thrown at a caller is an Error; anything else shows in the text.
    return `throws ${withoutMadeUp(JSON.stringify(asText(describeError(error as Error))))}`;
  }
}

/** Values that JSON has no word for told apart, and rows sorted: their order is the database's own choice. */
function asText(value: unknown): unknown {
  if (typeof value === 'bigint') return `bigint ${value}`;
  if (typeof value === 'function') return `class ${value.name}`;
  if (value instanceof Date) return `date ${value.toISOString()}`;
  if (value instanceof Uint8Array) return `bytes ${Buffer.from(value).toString('hex')}`;
  if (Array.isArray(value)) {
    const items = value.map((item) => asText(item));
    return items.every((item) => typeof item === 'object' && item !== null)
      ? items.sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1))
      : items;
  }
  if (typeof value !== 'object' || value === null) return value;
  // Prisma's own class, which each generated client brings along.
  if (value.constructor?.name === 'Decimal') return `decimal ${(value as { toString(): string }).toString()}`;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, asText(item)]));
}
