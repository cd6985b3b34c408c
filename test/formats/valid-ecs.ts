import type { JsonObject, JsonValue } from '../../src/event/types.js';
import { isOfType, schemaOf } from './valid.js';

interface Ecs {
  readonly required: readonly string[];
  readonly categories: Readonly<Record<string, readonly string[]>>;
  readonly enums: Readonly<Record<string, readonly string[]>>;
  /** Below it, what is ours. */
  readonly own: string;
  readonly fields: Readonly<Record<string, string>>;
}

let schema: Ecs | undefined;

export function ecsFaults(record: JsonObject): readonly string[] {
  const { required, categories, enums, own, fields } = (schema ??= schemaOf<Ecs>('ecs'));
  const faults: string[] = [];
  const found = new Map<string, JsonValue>();
  flatten(record, '', own, found);
  for (const name of required) if (!found.has(name)) faults.push(`${name} is missing`);
  for (const [name, value] of found) {
    const type = fields[name];
    if (type === undefined) faults.push(`${name} is not in the schema`);
    else if (type.endsWith('[]')) {
      const isList = Array.isArray(value) && value.length > 0 && value.every((each) => isOfType(each, type.slice(0, -2))); // prettier-ignore
      if (!isList) faults.push(`${name} is no ${type}`);
    } else if (!isOfType(value, type)) faults.push(`${name} is no ${type}`);
    if (typeof value === 'string' && enums[name]?.includes(value) === false) faults.push(`${name} ${value}`);
  }
  const [category, types] = [found.get('event.category'), found.get('event.type')];
  for (const type of Array.isArray(types) ? types : [])
    for (const each of Array.isArray(category) ? category : []) {
      const [name, kind] = [JSON.stringify(each), JSON.stringify(type)];
      if (typeof each !== 'string' || typeof type !== 'string' || categories[each]?.includes(type) !== true) faults.push(`${name} has no ${kind}`); // prettier-ignore
    }
  return faults;
}

function flatten(value: JsonObject, at: string, own: string, found: Map<string, JsonValue>): void {
  for (const [name, member] of Object.entries(value)) {
    const path = at === '' ? name : `${at}.${name}`;
    if (path === own) continue;
    if (typeof member === 'object' && member !== null && !Array.isArray(member)) flatten(member, path, own, found);
    else found.set(path, member);
  }
}
