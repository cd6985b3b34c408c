import type { FacetsAnswer } from '../answers.js';
import { FLAGS, OUTCOMES, SEVERITIES, SOURCES } from '../../event/types.js';
import { FILTERS, type Condition, type FilterName } from './routes.js';

/** Something that can be chosen under the filter's input. */
export type Suggestion =
  | { readonly kind: 'name'; readonly name: FilterName }
  | {
      readonly kind: 'condition';
      readonly condition: Condition;
      readonly count?: number | undefined;
      readonly label?: string;
    }
  | { readonly kind: 'search'; readonly text: string };

interface Value {
  readonly value: string;
  readonly label?: string;
  readonly count?: number;
}

/** Values by the name of their filter, with how many entries have them where that is known. */
export type Known = Partial<Readonly<Record<FilterName, readonly Value[]>>>;

const MOST = 9;

/** What there is to choose from: the closed sets, and what the facets of the filter in force have. */
export function knownValues(facets: FacetsAnswer | undefined, marks: readonly string[]): Known {
  const set = (values: readonly string[]): { value: string }[] => values.map((value) => ({ value }));
  const counted = (name: 'action' | 'actor' | 'resourceType'): { value: string; label?: string; count: number }[] =>
    (facets?.[name] ?? []).flatMap(({ value, ...rest }) => (value === null ? [] : [{ value, ...rest }]));
  return {
    actor: counted('actor'),
    action: counted('action'),
    resource: counted('resourceType'),
    mark: set(marks),
    outcome: set(OUTCOMES),
    source: set(SOURCES),
    severity: set(SEVERITIES),
    flag: set(FLAGS),
    failures: set(['true']),
  };
}

/** `actor:ada`, `action:"a b"`; `undefined`: it is none, and may be text to look for. */
export function readCondition(text: string): Condition | undefined {
  const [, given = '', rest = ''] = /^\s*([a-z]+)\s*:\s*(.*)$/is.exec(text) ?? [];
  const name = FILTERS.find((each) => each.toLowerCase() === given.toLowerCase());
  const value = rest.trim().replace(/^"(.*)"$/s, '$1');
  if (name === undefined || value === '') return undefined;
  if (name === 'failures') return { name, value: 'true' };
  return { name, value: name === 'resource' ? resourceValue(value) : value };
}

/** `Invoice/42` is `Invoice:42`. */
export const resourceValue = (text: string): string => (text.includes(':') ? text : text.replace('/', ':'));

/** What fits to what was typed, the likeliest first. */
export function suggestionsFor(text: string, known: Known): readonly Suggestion[] {
  const typed = text.trim();
  if (typed === '') return FILTERS.slice(0, MOST).map((name) => ({ kind: 'name', name }));
  const [, given, rest = ''] = /^([a-z]+)\s*:\s*(.*)$/is.exec(typed) ?? [];
  const name = FILTERS.find((each) => each.toLowerCase() === given?.toLowerCase());
  if (name !== undefined) return valuesOf(name, rest.replaceAll('"', ''), known);
  const small = typed.toLowerCase();
  const names = FILTERS.filter((each) => each.toLowerCase().startsWith(small)).map((each): Suggestion => ({ kind: 'name', name: each })); // prettier-ignore
  const values = (Object.keys(known) as FilterName[]) // of an object of ours
    .filter((each) => each !== 'failures')
    .flatMap((each) => matching(known[each] ?? [], small).slice(0, 4).map((value) => offered(each, value))); // prettier-ignore
  const found: Suggestion[] = [...recordOf(typed, known), ...names];
  return [...found, ...values.slice(0, MOST - found.length), { kind: 'search', text: typed }];
}

/** `invoice 1010` is the record of a type that is known. */
function recordOf(typed: string, known: Known): readonly Suggestion[] {
  const [, type = '', id = ''] = /^([^\s:/#]+)[\s:/#]+(\S+)$/.exec(typed) ?? [];
  const small = type.toLowerCase();
  const found = (known.resource ?? []).filter(({ value }) => small !== '' && value.toLowerCase() === small);
  return found.map(({ value }) => ({ kind: 'condition', condition: { name: 'resource', value: `${value}:${id}` } }));
}

function valuesOf(name: FilterName, rest: string, known: Known): readonly Suggestion[] {
  const values = matching(known[name] ?? [], rest.toLowerCase());
  const found = values.slice(0, MOST).map((each) => offered(name, each));
  const own = readCondition(`${name}:${rest}`);
  // A closed set has no others.
  const isClosed = ['outcome', 'source', 'severity', 'flag', 'failures'].includes(name);
  const isThere = found.some((each) => each.kind === 'condition' && each.condition.value === own?.value);
  return own === undefined || isClosed || isThere ? found : [...found, { kind: 'condition', condition: own }];
}

const offered = (name: FilterName, { value, label, count }: Value): Suggestion => ({ kind: 'condition', condition: { name, value }, count, ...(label === undefined ? {} : { label }) }); // prettier-ignore

/** An actor is found by what people call whoever it is, too. */
function matching(values: readonly Value[], text: string): readonly Value[] {
  const said = ({ value, label }: Value): readonly string[] => [value, label ?? ''].map((each) => each.toLowerCase());
  const starts = values.filter((each) => said(each).some((one) => one !== '' && one.startsWith(text)));
  return [
    ...starts,
    ...values.filter((each) => !starts.includes(each) && said(each).some((one) => one.includes(text))),
  ];
}
