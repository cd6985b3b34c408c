import { emailKey, projected } from '../event/identity.js';
import type { JsonObject, JsonValue } from '../event/types.js';
import { uuidV7Floor } from '../event/uuid.js';
import { isReadable } from './conditions.js';
import { textCell, textOfCell } from './csv.js';
import type { ExportFormat } from './format.js';
import type { RowFacts } from './row-facts.js';

interface Condition {
  /** Whether the sealed body says it: then it can be asked of a leaf. */
  readonly isClear: boolean;
  readonly holds: (facts: RowFacts, value: JsonValue) => boolean;
}

/** In which form text stands in the rows. */
type Shown = (text: string) => string;

const oneOf = (value: JsonValue, text: string | undefined): boolean =>
  (Array.isArray(value) ? value : [value]).some((each) => each === text);

const textOf = (value: JsonValue): string => (typeof value === 'string' ? value : JSON.stringify(value));
const membersOf = (value: JsonValue): JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {};

/** Every condition that can be asked again; `tenant` is the chain itself. */
function conditions(shown: Shown): Readonly<Record<string, Condition>> {
  const isSame = (text: string | undefined, value: JsonValue): boolean =>
    text !== undefined && (text === shown(textOf(value)) || projected(text) === projected(textOf(value)));
  return {
    tenant: { isClear: true, holds: () => true },
    allTenants: { isClear: true, holds: () => true },
    failures: { isClear: true, holds: ({ outcome }, value) => value !== true || outcome !== 'success' },
    outcome: { isClear: true, holds: ({ outcome }, value) => oneOf(value, outcome) },
    source: { isClear: true, holds: ({ source }, value) => oneOf(value, source) },
    severity: { isClear: true, holds: ({ severity }, value) => oneOf(value, severity) },
    flag: { isClear: true, holds: ({ flags }, value) => flags.some((flag) => oneOf(value, flag)) },
    group: { isClear: true, holds: ({ group }, value) => group === value },
    tx: { isClear: true, holds: ({ tx }, value) => tx === value },
    from: { isClear: true, holds: ({ id }, value) => id >= uuidV7Floor(Date.parse(textOf(value))) },
    to: { isClear: true, holds: ({ id }, value) => id < uuidV7Floor(Date.parse(textOf(value))) },
    action: {
      isClear: true,
      holds: ({ action }, value) => {
        const text = textOf(value);
        return text.endsWith('*') ? action.startsWith(shown(text.slice(0, -1))) : action === shown(text);
      },
    },
    resource: {
      isClear: false, // its type is; see below
      holds: ({ resourceType, resourceId }, value) =>
        isSame(resourceType, membersOf(value)['type'] ?? '') &&
        (membersOf(value)['id'] === undefined || isSame(resourceId, membersOf(value)['id'] ?? '')),
    },
    actor: { isClear: false, holds: ({ actorId }, value) => isSame(actorId, value) },
    actorType: { isClear: false, holds: ({ actorType }, value) => isSame(actorType, value) },
    email: {
      isClear: false,
      holds: ({ email }, value) => isSame(emailKey(email) ?? undefined, emailKey(textOf(value)) ?? ''),
    },
    address: { isClear: false, holds: ({ address }, value) => isSame(address, value) },
    requestId: { isClear: false, holds: ({ requestId }, value) => isSame(requestId, value) },
  };
}

/** The filter of a manifest, asked again without a database. */
export class Filter {
  readonly #known: readonly (readonly [string, Condition, JsonValue])[];
  /** Conditions that this version cannot ask again. */
  readonly unknown: readonly string[];
  /** Conditions that nobody could have asked: their value is none. */
  readonly unreadable: readonly string[];
  /** Conditions of which a leaf says nothing: that no entry was left out cannot be shown for them. */
  readonly hidden: readonly string[];

  constructor(filter: JsonObject, format: ExportFormat) {
    const all = conditions(format === 'csv' ? (text) => textOfCell(textCell(text)) : (text) => text);
    const entries = Object.entries(filter);
    this.unknown = entries.flatMap(([name]) => (Object.hasOwn(all, name) ? [] : [name]));
    this.unreadable = entries.flatMap(([name, value]) => (isReadable(name, value) ? [] : [name]));
    this.#known = entries.flatMap(([name, value]) => {
      const condition = Object.hasOwn(all, name) ? all[name] : undefined;
      if (condition === undefined || this.unreadable.includes(name)) return [];
      const isTypeAlone = name === 'resource' && Object.keys(membersOf(value)).join() === 'type';
      return [[name, isTypeAlone ? { ...condition, isClear: true } : condition, value] as const];
    });
    this.hidden = this.#known.flatMap(([name, { isClear }]) => (isClear ? [] : [name]));
  }

  /** Name of a condition that does not hold of a row. */
  failsOn(facts: RowFacts): string | undefined {
    return this.#known.find(([, { holds }, value]) => !holds(facts, value))?.[0];
  }

  /** Whether what was asked for can be asked of leaves. */
  get canAsk(): boolean {
    return this.hidden.length + this.unknown.length + this.unreadable.length === 0;
  }

  /** Whether an entry with this leaf has to be among the rows; false also where the leaf does not say. */
  asksFor(leaf: RowFacts): boolean {
    return this.canAsk && this.failsOn(leaf) === undefined;
  }
}
