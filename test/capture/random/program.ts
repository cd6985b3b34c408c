import { inspect } from 'node:util';
import fc from 'fast-check';
import type { Schema } from '../world/model.js';
import { anyOperation, RAW, type Operation } from './operation.js';
import { Tape } from './tape.js';

/** Something that one actor does, in a transaction or not. */
export interface Act {
  readonly actor: string;
  readonly operation: Operation;
}

export type Step =
  | ({ readonly kind: 'single' } & Act)
  | ({ readonly kind: 'array'; readonly actor: string; readonly operations: readonly Operation[] } & Options)
  | ({
      readonly kind: 'interactive';
      readonly actor: string;
      readonly acts: readonly Act[];
      /** Whether an error of an act is caught, and the transaction goes on. */
      readonly catches: boolean;
      readonly ends: 'commit' | 'throw';
      /** The acts from here on are in a nested transaction, a savepoint. */
      readonly nestedFrom?: number;
    } & Options);

interface Options {
  /** Absent: the database's own, read committed. */
  readonly isolationLevel?: 'RepeatableRead' | 'Serializable';
}

export type Program = readonly Step[];

/** A program as fast-check makes and shrinks it: a tape for each step. */
export const tapes = (most: number): fc.Arbitrary<number[][]> =>
  fc.array(fc.array(fc.nat(9_999), { maxLength: 90, size: 'max' }), { minLength: 1, maxLength: most, size: 'max' });

const ACTORS = 3;

export function programOf(schema: Schema, numbers: readonly (readonly number[])[]): Program {
  return numbers.map((list, i) => stepOf(schema, new Tape(list), i));
}

function stepOf(schema: Schema, tape: Tape, i: number): Step {
  const actor = `u${tape.below(ACTORS)}.${i}`;
  const kind = tape.below(10);
  if (kind < 6) return { kind: 'single', actor, operation: anyOperation(schema, tape) };
  const isolation: Options = tape.chance(20) ? { isolationLevel: tape.pick(['RepeatableRead', 'Serializable']) } : {};
  if (kind < 8)
    return { kind: 'array', ...isolation, actor, operations: tape.times(3, () => anyOperation(schema, tape)) };
  const ends = tape.chance(20) ? 'throw' : 'commit';
  const catches = tape.chance(30);
  const nested = tape.chance(20);
  const acts = tape.times(3, () => ({ operation: anyOperation(schema, tape) }));
  return {
    kind: 'interactive',
    ...isolation,
    actor,
    // Now and then somebody else does a part of it.
    acts: acts.map(({ operation }, j) => ({ operation, actor: tape.chance(25) ? `u${j}.${i}.${j}` : actor })),
    catches,
    ends,
    ...(nested ? { nestedFrom: tape.below(acts.length) } : {}),
  };
}

export function operationsOf(step: Step): readonly Operation[] {
  if (step.kind === 'single') return [step.operation];
  return step.kind === 'array' ? step.operations : step.acts.map(({ operation }) => operation);
}

/** The program as code that somebody could paste. */
export function print(program: Program): string {
  return program.map((step) => `await runAs({ id: '${step.actor}' }, async () => ${printStep(step)});`).join('\n');
}

const printCall = (client: string, { model, action, args }: Operation): string =>
  action === RAW
    ? `${client}.${RAW}(${inspect(args['sql'])})`
    : `${client}.${model.property}.${action}(${inspect(args, { depth: Infinity, breakLength: 140 })})`;

function printStep(step: Step): string {
  if (step.kind === 'single') return printCall('prisma', step.operation);
  const options = step.isolationLevel ? `, { isolationLevel: '${step.isolationLevel}' }` : '';
  if (step.kind === 'array') {
    return `prisma.$transaction([\n  ${step.operations.map((operation) => printCall('prisma', operation)).join(',\n  ')}\n]${options})`;
  }
  const lines = step.acts.map(({ actor, operation }) => {
    const call = `${printCall('tx', operation)}${step.catches ? '.catch(() => {})' : ''}`;
    return `  await ${actor === step.actor ? call : `runAs({ id: '${actor}' }, async () => ${call})`};`;
  });
  if (step.nestedFrom !== undefined) lines.splice(step.nestedFrom, 0, '  await tx.$transaction(async (tx) => {');
  if (step.nestedFrom !== undefined) lines.push('  });');
  if (step.ends === 'throw') lines.push(`  throw new Error('changed my mind');`);
  return `prisma.$transaction(async (tx) => {\n${lines.join('\n')}\n}${options})`;
}
