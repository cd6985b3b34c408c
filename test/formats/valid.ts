import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { ecsFaults } from './valid-ecs.js';
import type { Format } from '../../src/formats/index.js';
import type { JsonObject, JsonValue } from '../../src/event/types.js';

/** Faults of a record by the schema of its format; none for a valid one. */
export function faultsOf({ name }: Pick<Format, 'name'>, record: JsonObject): readonly string[] {
  if (name === 'ocsf') return ocsfFaults(record);
  if (name === 'ecs') return ecsFaults(record);
  return name === 'cloudevents' ? cloudEventFaults(record) : ownFaults(record);
}

// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- what the file has is for its reader to say
export function schemaOf<T>(name: string): T {
  return JSON.parse(readFileSync(new URL(`./schemas/${name}.json`, import.meta.url), 'utf8')) as T;
}

interface Shape {
  readonly attributes: Readonly<Record<string, string>>;
  readonly enums?: Readonly<Record<string, readonly unknown[]>>;
  readonly atLeastOne?: readonly string[];
  /** Attributes of one version alone. */
  readonly only?: Readonly<Record<string, string>>;
}

interface Ocsf {
  readonly versions: readonly string[];
  readonly base: Shape['attributes'];
  readonly enums: NonNullable<Shape['enums']>;
  readonly categories: Readonly<Record<string, Shape['attributes']>>;
  readonly profiles: Readonly<Record<string, Shape['attributes']>>;
  readonly profilesSince: Readonly<Record<string, string>>;
  readonly profilesOf: Readonly<Record<string, readonly string[]>>;
  readonly classes: Readonly<Record<string, Shape & { readonly category: number; readonly activities: readonly number[]; readonly since?: string; readonly until?: string }>>; // prettier-ignore
  readonly objects: Readonly<Record<string, Shape>>;
}

interface Metadata {
  readonly version: string;
  readonly profiles: readonly string[];
}

const OCSF = schemaOf<Ocsf>('ocsf');

function ocsfFaults(record: JsonObject): readonly string[] {
  const { version, profiles } = record['metadata'] as unknown as Metadata; // or a test fails

  const uid = Number(record['class_uid']);
  const kind = OCSF.classes[uid];
  if (!OCSF.versions.includes(version)) return [`version ${version}`];
  if (kind === undefined) return [`class ${uid}`];
  const faults: string[] = [];
  const isIn = (since = '0', until = '9'): boolean => since <= version && version <= until;
  if (!isIn(kind.since, kind.until)) faults.push(`class ${uid} is not in ${version}`);
  if (record['category_uid'] !== kind.category || kind.category !== Math.floor(uid / 1000)) faults.push('category_uid');
  const activity = Number(record['activity_id']);
  if (!kind.activities.includes(activity)) faults.push(`activity_id ${activity}`);
  if (record['type_uid'] !== uid * 100 + activity) faults.push('type_uid');
  if (activity === 99 && typeof record['activity_name'] !== 'string') faults.push('activity_name');
  for (const profile of profiles) {
    if (OCSF.profiles[profile] === undefined || !isIn(OCSF.profilesSince[profile])) faults.push(`profile ${profile}`);
    if (OCSF.profilesOf[profile]?.includes(String(uid)) === false) faults.push(`profile ${profile} of ${uid}`);
  }
  const attributes = Object.assign({}, OCSF.base, OCSF.categories[kind.category], ...profiles.map((each) => OCSF.profiles[each]), kind.attributes) as Shape['attributes']; // prettier-ignore
  checkShape(record, { ...kind, attributes, enums: { ...OCSF.enums, ...kind.enums } }, '', version, faults);
  return faults;
}

function checkShape(value: JsonValue, shape: Shape, at: string, version: string, faults: string[]): void {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    faults.push(`${at} is no object`);
    return;
  }
  const types = new Map(Object.entries(shape.attributes).map(([name, type]) => [name.replace('!', ''), type]));
  for (const name of Object.keys(shape.attributes))
    if (name.endsWith('!') && !(name.slice(0, -1) in value)) faults.push(`${at}.${name} is missing`);
  for (const [name, member] of Object.entries(value)) {
    const type = types.get(name);
    const only = shape.only?.[name];
    if (type === undefined) faults.push(`${at}.${name} is not in the schema`);
    else if (only !== undefined && only !== version) faults.push(`${at}.${name} is of ${only}`);
    else checkType(member, type, `${at}.${name}`, version, faults);
    if (shape.enums?.[name]?.includes(member) === false) faults.push(`${at}.${name} ${JSON.stringify(member)}`);
  }
  if (shape.atLeastOne?.some((name) => name in value) === false) faults.push(`${at} has none of ${shape.atLeastOne.join(' ')}`); // prettier-ignore
}

function checkType(value: JsonValue, type: string, at: string, version: string, faults: string[]): void {
  if (type.endsWith('[]')) {
    if (!Array.isArray(value)) faults.push(`${at} is no list`);
    else value.forEach((each, i) => checkType(each, type.slice(0, -2), `${at}[${i}]`, version, faults));
    return;
  }
  const object = OCSF.objects[type];
  if (object !== undefined) checkShape(value, object, at, version, faults);
  else if (!isOfType(value, type)) faults.push(`${at} is no ${type}`);
}

const DATETIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?Z$/;

/** Date.parse takes the 30th of February for the 2nd of March. */
const isMoment = (value: string): boolean =>
  !Number.isNaN(Date.parse(value)) && new Date(value).toISOString().slice(0, 19) === value.slice(0, 19);

export function isOfType(value: JsonValue | undefined, type: string): boolean {
  switch (type) {
    case 'json':
      return true;
    case 'string':
      return typeof value === 'string' && value !== '';
    case 'integer':
    case 'timestamp':
      return Number.isSafeInteger(value);
    case 'boolean':
      return typeof value === 'boolean';
    case 'datetime':
      return typeof value === 'string' && DATETIME.test(value) && isMoment(value);
    case 'ip':
      return typeof value === 'string' && isIP(value) !== 0;
    case 'uri':
      return typeof value === 'string' && URL.canParse(value);
    case 'uri-reference':
      return typeof value === 'string' && value !== '' && /^[\w\-.~:/?#[\]@!$&'()*+,;=%]+$/.test(value) && URL.canParse(value, 'x:/'); // prettier-ignore
    default:
      throw new Error(`the schema has no type ${type}`);
  }
}

interface CloudEvents {
  readonly required: readonly string[];
  readonly attributes: Readonly<Record<string, string>>;
  readonly extensionName: string;
  readonly exclusive: readonly string[];
  readonly forbidden: string;
}

const EVENTS = schemaOf<CloudEvents>('cloudevents');
const EXTENSION = new RegExp(EVENTS.extensionName);
const FORBIDDEN = new RegExp(EVENTS.forbidden, 'u');

function cloudEventFaults(record: JsonObject): readonly string[] {
  const faults = EVENTS.required.filter((name) => !(name in record)).map((name) => `${name} is missing`);
  if (EVENTS.exclusive.every((name) => name in record)) faults.push('data twice');
  if (record['specversion'] !== '1.0') faults.push('specversion');
  for (const [name, value] of Object.entries(record)) {
    if (EVENTS.exclusive.includes(name)) continue;
    const type = EVENTS.attributes[name];
    if (type === undefined && !EXTENSION.test(name)) faults.push(`${name} is no name of an extension`);
    if (!isOfType(value, type ?? 'string')) faults.push(`${name} is no ${type ?? 'string'}`);
    if (typeof value === 'string' && FORBIDDEN.test(value)) faults.push(`${name} has what no attribute may have`);
  }
  return [...faults, ...ownFaults(record['data'] as JsonObject)];
}

/** What whoever reads ours takes for granted. */
function ownFaults(record: JsonObject): readonly string[] {
  const faults = ['id', 'source', 'action', 'outcome'].filter((name) => typeof record[name] !== 'string');
  for (const name of ['flags', 'changes']) if (!Array.isArray(record[name])) faults.push(name);
  for (const name of ['occurredAt', 'sealedAt']) if (name in record && !isOfType(record[name], 'datetime')) faults.push(name); // prettier-ignore
  return faults;
}
