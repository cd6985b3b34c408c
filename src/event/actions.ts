import { ACTION_RULE, isAction } from './action.js';
import { AuditError } from './errors.js';
import { LIMITS } from './limits.js';
import { parseSentence, SENTENCE_RULE } from './sentence.js';
import { isStandardSchema, type StandardSchema } from './standard-schema.js';
import { DURABILITIES, SEVERITIES, type Durability, type Severity } from './types.js';

/** What is known of one action. All of it may be left out: `'invoice.export': {}`. */
export interface ActionDefinition {
  /** Type of what it acts upon. The only one that its events may name; theirs where they name none. */
  readonly resource?: string;
  /** Schema of the details: zod, valibot, arktype, or any other with the Standard Schema interface. It must answer at once. */
  readonly details?: StandardSchema<object, object>;
  /** Of its events that say none. */
  readonly severity?: Severity;
  /** How far its events have to come before whoever awaits them goes on, where the call says nothing. @defaultValue that of the module */
  readonly durability?: Durability;
  /** What it is filed under, for questions: `['billing', 'pci']`. */
  readonly marks?: readonly string[];
  /** One sentence for the auditor. */
  readonly description?: string;
  /**
   * How one of its entries is told where somebody looks at it: `'{actor} approved {resource} over {details.total}'`. It is never stored, and
   * tells of those that succeeded: what was refused or failed has not happened. See docs/actions.md for its places.
   */
  readonly sentence?: string;
}

/** Actions by their names. */
export type ActionCatalogue = Readonly<Record<string, ActionDefinition>>;

/** Refuses members that there are not: a misspelled one would else be taken for an absent one. */
type OnlyKnown<A> = { readonly [N in keyof A]: { readonly [M in Exclude<keyof A[N], keyof ActionDefinition>]: never } };

/**
 * The actions of an application: what its entries can be called, what each acts upon, and what its details are.
 *
 * @throws AuditError `AUDIT_OPTIONS_INVALID` naming the action and what to write instead
 * @example
 * ```ts
 * export const actions = defineActions({
 *   'invoice.approve': { resource: 'Invoice', severity: 'notice', details: z.object({ total: z.string() }) },
 * });
 * declare module 'nestjs-prisma-audit' {
 *   interface AuditRegister { actions: typeof actions }
 * }
 * ```
 */
export function defineActions<const A extends ActionCatalogue>(actions: A & OnlyKnown<A>): A {
  checkActions(actions);
  return actions;
}

/** Several catalogues as one type. */
type Merged<C> = (C extends unknown ? (catalogue: C) => void : never) extends (merged: infer M) => void ? M : never;

/**
 * Several catalogues as one, as each feature of an application brings its own. The same definition twice is one.
 * @throws AuditError `AUDIT_OPTIONS_INVALID` when two define an action differently, or one is no catalogue
 */
export function mergeActions<const C extends readonly ActionCatalogue[]>(...catalogues: C): Merged<C[number]> {
  const merged = new Map<string, ActionDefinition>();
  for (const catalogue of catalogues) {
    checkActions(catalogue);
    for (const [name, definition] of Object.entries(catalogue)) {
      const other = merged.get(name);
      if (other !== undefined && !same(other, definition))
        throw invalid(`${name} is defined twice, and differently: define it in one place, or give one another name`);
      merged.set(name, other ?? definition);
    }
  }
  return Object.fromEntries(merged) as Merged<C[number]>; // each name has one of the definitions that were given
}

const MEMBERS: readonly (keyof ActionDefinition)[] = [
  'resource',
  'details',
  'severity',
  'durability',
  'marks',
  'description',
  'sentence',
];

function same(one: ActionDefinition, other: ActionDefinition): boolean {
  return MEMBERS.every(
    (member) => one[member] === other[member] || (member === 'marks' && String(one.marks) === String(other.marks)),
  );
}

/** @throws AuditError `AUDIT_OPTIONS_INVALID` */
export function checkActions(given: unknown): asserts given is ActionCatalogue {
  if (typeof given !== 'object' || given === null || Array.isArray(given))
    throw invalid("must be a catalogue: defineActions({ 'invoice.approve': { resource: 'Invoice' } })");
  for (const [name, definition] of Object.entries(given)) checkDefinition(name, definition);
}

function checkDefinition(name: string, definition: unknown): void {
  if (!isAction(name)) throw invalid(`${JSON.stringify(String(name).slice(0, 200))}: the name ${ACTION_RULE}`);
  if (typeof definition !== 'object' || definition === null || Array.isArray(definition))
    throw invalid(
      `${name}: must be an object: { resource, details, severity, durability, marks, description, sentence }, or {}`,
    );
  const unknown = Object.keys(definition).find((member) => !(MEMBERS as readonly string[]).includes(member));
  if (unknown !== undefined)
    throw invalid(`${name}: there is no member ${JSON.stringify(unknown)}; there are ${MEMBERS.join(', ')}`);
  const { resource, details, severity, durability, marks, description, sentence } = definition as Record<
    keyof ActionDefinition,
    unknown
  >;
  if (resource !== undefined && !isText(resource, LIMITS.typeLength))
    throw invalid(`${name}: resource must be the name of a type, 1-${LIMITS.typeLength} characters, e.g. 'Invoice'`);
  if (severity !== undefined && !(SEVERITIES as readonly unknown[]).includes(severity))
    throw invalid(`${name}: severity must be one of ${SEVERITIES.join(', ')}`);
  if (durability !== undefined && !(DURABILITIES as readonly unknown[]).includes(durability))
    throw invalid(`${name}: durability must be one of ${DURABILITIES.join(', ')}`);
  if (marks !== undefined && !(Array.isArray(marks) && marks.every((mark) => isText(mark, LIMITS.typeLength))))
    throw invalid(`${name}: marks must be a list of words: ['billing']`);
  if (description !== undefined && typeof description !== 'string') throw invalid(`${name}: description must be text`);
  if (sentence !== undefined && parseSentence(sentence) === undefined)
    throw invalid(`${name}: sentence must be ${SENTENCE_RULE}`);
  if (details !== undefined && !isStandardSchema(details))
    throw invalid(`${name}: details must be a schema with the Standard Schema interface: zod, valibot, arktype, …`);
}

function isText(value: unknown, limit: number): boolean {
  return (
    typeof value === 'string' &&
    value.length > 0 &&
    value.length <= limit &&
    value.isWellFormed() &&
    !value.includes('\0')
  );
}

function invalid(message: string): AuditError {
  return new AuditError('AUDIT_OPTIONS_INVALID', `actions: ${message}`);
}
