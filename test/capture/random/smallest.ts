import type { Operation } from './operation.js';
import type { Program, Step } from './program.js';

/**
 * The smallest program that is still wrong, as far as so many tries lead. It works on the program rather than on the
 * numbers that it was made from: a key less in an argument is a smaller program, whatever decided that it is there.
 */
export async function smallest(
  program: Program,
  isWrong: (program: Program) => Promise<boolean>,
  tries = 400,
): Promise<Program> {
  let best = program;
  let left = tries;
  for (let found = true; found;) {
    found = false;
    for (const candidate of smallerPrograms(best)) {
      if (left-- <= 0) return best;
      if (!(await isWrong(candidate))) continue;
      best = candidate;
      found = true;
      break;
    }
  }
  return best;
}

function* smallerPrograms(program: Program): Generator<Program> {
  if (program.length > 1) {
    // Halves first: most of a program has nothing to do with what is wrong.
    const half = Math.ceil(program.length / 2);
    if (program.length > 2) yield* [program.slice(half), program.slice(0, half)];
    for (const i of program.keys()) yield without(program, i);
  }
  for (const [i, step] of program.entries()) for (const smaller of smallerSteps(step)) yield program.with(i, smaller);
}

function* smallerSteps(step: Step): Generator<Step> {
  if (step.kind === 'single') {
    for (const operation of smallerOperations(step.operation)) yield { ...step, operation };
    return;
  }
  if (step.kind === 'array') {
    if (step.operations.length === 1) yield { kind: 'single', actor: step.actor, operation: step.operations[0]! };
    else for (const i of step.operations.keys()) yield { ...step, operations: without(step.operations, i) };
    for (const [i, operation] of step.operations.entries()) {
      for (const smaller of smallerOperations(operation))
        yield { ...step, operations: step.operations.with(i, smaller) };
    }
    return;
  }
  const { nestedFrom, ...flat } = step;
  if (nestedFrom !== undefined) yield flat;
  if (step.acts.length === 1 && step.ends === 'commit') {
    yield { kind: 'single', actor: step.acts[0]!.actor, operation: step.acts[0]!.operation };
  }
  if (step.acts.length > 1) for (const i of step.acts.keys()) yield { ...flat, acts: without(step.acts, i) };
  if (step.catches) yield { ...step, catches: false };
  if (step.ends === 'throw') yield { ...step, ends: 'commit' };
  for (const [i, act] of step.acts.entries()) {
    if (act.actor !== step.actor) yield { ...step, acts: step.acts.with(i, { ...act, actor: step.actor }) };
    for (const operation of smallerOperations(act.operation))
      yield { ...step, acts: step.acts.with(i, { ...act, operation }) };
  }
}

function* smallerOperations(operation: Operation): Generator<Operation> {
  for (const args of smallerValues(operation.args)) {
    // An object without a key is an object.
    yield { ...operation, args: args as Operation['args'] };
  }
}

/** The value with one key, or one item, less; the outermost first. */
function* smallerValues(value: unknown): Generator {
  if (Array.isArray(value)) {
    const items = value as readonly unknown[];
    if (items.length > 1) for (const i of items.keys()) yield without(items, i);
    for (const [i, item] of items.entries()) for (const smaller of smallerValues(item)) yield items.with(i, smaller);
  } else if (typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype) {
    const entries = Object.entries(value);
    for (const i of entries.keys()) yield Object.fromEntries(without(entries, i));
    for (const [i, [key, item]] of entries.entries()) {
      for (const smaller of smallerValues(item)) yield Object.fromEntries(entries.with(i, [key, smaller]));
    }
  }
}

const without = <T>(items: readonly T[], i: number): T[] => items.filter((_, j) => j !== i);
