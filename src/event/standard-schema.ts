import { AuditError } from './errors.js';

/**
 * What zod, valibot, arktype and others have in common: version 1 of the Standard Schema interface
 * (https://standardschema.dev), as much of it as is used here. So no library of them is needed, and each is welcome.
 */
export interface StandardSchema<Input = unknown, Output = Input> {
  readonly '~standard': {
    readonly version: 1;
    /** Name of the library. */
    readonly vendor: string;
    readonly validate: (value: unknown) => Validated<Output> | Promise<Validated<Output>>;
    /** For the compiler alone; there is nothing in it at run time. */
    readonly types?: { readonly input: Input; readonly output: Output } | undefined;
  };
}

type Validated<Output> =
  | { readonly value: Output; readonly issues?: undefined }
  | { readonly issues: readonly { readonly path?: readonly PathStep[] | undefined }[] };

type PathStep = PropertyKey | { readonly key: PropertyKey };

/** What a schema takes. */
export type InputOf<S> = S extends { readonly '~standard': { readonly types?: infer T } }
  ? NonNullable<T> extends { readonly input: infer I }
    ? I
    : never
  : never;

/** A schema can be a function with members, as those of arktype are. */
export function isStandardSchema(value: unknown): value is StandardSchema {
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return false;
  const standard = (value as Partial<StandardSchema>)['~standard'];
  return typeof standard === 'object' && standard?.version === 1 && typeof standard.validate === 'function';
}

/** So many places are named; the rest is a number. */
const NAMED = 5;

/**
 * What the schema makes of the value.
 * @param at what the value is, for messages: they name places, never what stands there, nor the schema's own message,
 *   which quotes it
 * @throws AuditError `AUDIT_EVENT_INVALID` when the value does not fit; `AUDIT_OPTIONS_INVALID` when the schema is one that
 *   answers later, which nobody waits for
 */
export function validated<Output>(
  schema: StandardSchema<unknown, Output>,
  value: unknown,
  at: string,
  action: string,
): Output {
  const { vendor } = schema['~standard'];
  let answer: Answer<Output>;
  try {
    answer = ask(schema, value, at);
  } catch (error) {
    // Not even as the cause: what it says can quote the value.
    throw new AuditError(
      'AUDIT_EVENT_INVALID',
      `the schema of ${action} (${vendor}) threw ${error instanceof Error ? error.constructor.name : typeof error} at these ${at}`,
      { member: at, action },
    );
  }
  if (answer === 'later') {
    throw new AuditError(
      'AUDIT_OPTIONS_INVALID',
      `the schema of ${action} (${vendor}) validates asynchronously, and record() does not wait: leave the asynchronous check out`,
      { action },
    );
  }
  if ('output' in answer) return answer.output;
  const { places } = answer;
  const rest = places.length - NAMED;
  throw new AuditError(
    'AUDIT_EVENT_INVALID',
    `${places.slice(0, NAMED).join(', ')}${rest > 0 ? ` and ${rest} more` : ''}: not what the schema of ${action} takes (${vendor})`,
    { member: places[0], places, action },
  );
}

type Answer<Output> = 'later' | { readonly output: Output } | { readonly places: readonly string[] };

/** Throws what the schema throws, and where its answer has not the form of one. */
function ask<Output>(schema: StandardSchema<unknown, Output>, value: unknown, at: string): Answer<Output> {
  const result = schema['~standard'].validate(value);
  if ('then' in result && typeof result.then === 'function') {
    result.then(undefined, () => undefined);
    return 'later';
  }
  const { issues, value: output } = result as { issues?: readonly { path?: readonly PathStep[] }[]; value: Output };
  if (!issues) return { output };
  const places = new Set(issues.map(({ path }) => placeOf(at, path)));
  return { places: places.size === 0 ? [at] : [...places] };
}

const PLAIN_KEY = /^[\p{L}_$][\p{L}\p{N}_$-]{0,63}$/u;

function placeOf(at: string, path: readonly PathStep[] | undefined): string {
  return (path ?? []).reduce<string>((place, step) => {
    const key = typeof step === 'object' ? step.key : step;
    if (typeof key === 'number') return `${place}[${key}]`;
    // A key out of somebody's data (a record by e-mail address) is a value as well.
    return typeof key === 'string' && PLAIN_KEY.test(key) ? `${place}.${key}` : `${place}[…]`;
  }, at);
}
