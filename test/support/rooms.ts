import { builtinModules } from 'node:module';
import { dirname, join } from 'node:path/posix';
import { type ModuleReference, readReferences } from './imports.js';

/** In the order in which an event travels. Each names the rooms it may import; `x:port` is nothing but the port of x. */
const ARROWS: Record<string, string> = {
  event: '',
  context: 'event',
  chain: 'event',
  telemetry: 'event context',
  prisma: 'event context recorder:port checkpoint:port',
  pg: 'event context prisma',
  http: 'event context recorder:port',
  compose: 'all but nest cli',
  core: 'all but nest cli',
  nest: 'all but cli',
  express: 'event context http compose query viewer recorder:port',
  fastify: 'event context http compose query viewer recorder:port',
  recorder: 'event context store:port',
  store: 'event chain',
  sealer: 'event chain store:port checkpoint:port',
  checkpoint: 'event chain store:port',
  s3: 'event checkpoint',
  verify: 'event chain checkpoint:port',
  query: 'event store:port',
  formats: 'event query',
  export: 'event chain checkpoint query store:port',
  follow: 'event chain query store:port',
  sinks: 'event query follow formats store:port',
  retention: 'event query chain store:port',
  alerts: 'event query store:port',
  viewer: 'event chain checkpoint query export store:port',
  'viewer/page': 'event chain query export',
  cli: 'all but nest',
  testing: 'event recorder:port',
};

/**
 * Imports that only these rooms may have. Nest's packages by their root alone, since what lies below it is not their API, but for
 * what makes the handlers that are no routes: there is no hook that sees those from their first moment to their last.
 */
const PACKAGES: { name: RegExp; room: string; typeOnly?: true }[] = [
  { name: /^@nestjs\/[^/]+$/, room: 'nest' },
  { name: /^@nestjs\/core\/exceptions\/external-exceptions-handler\.js$/, room: 'nest' },
  { name: /^@nestjs\/(microservices|websockets)\/context\/(rpc|ws)-context-creator\.js$/, room: 'nest' },
  { name: /^@nestjs\/(microservices|websockets)\/exceptions\/(rpc|ws)-exceptions-handler\.js$/, room: 'nest' },
  { name: /^rxjs$/, room: 'nest' },
  { name: /^reflect-metadata$/, room: 'nest' },
  { name: /^pg$/, room: 'store' },
  { name: /^@aws-sdk\/client-s3$/, room: 's3' },
  { name: /^@opentelemetry\/api$/, room: 'telemetry' },
  { name: /^@prisma\/client\/extension$/, room: 'prisma' },
  { name: /^@prisma\/client\/runtime\/client$/, room: 'query' },
  { name: /^@prisma\/driver-adapter-utils$/, room: 'prisma', typeOnly: true },
  {
    name: /^(preact(\/hooks)?|@noble\/ed25519)$/,
    room: 'viewer/page',
  },
  { name: /^(commander|picocolors|cli-progress|jiti|@prisma\/generator-helper)$/, room: 'cli' },
];

/** Of another room, the one file that says what both mean. */
const BETWEEN: Readonly<Record<string, string>> = { 'viewer/page': 'viewer/answers.ts' };

const MAX_LINES = 300;

/** What the public entry may import for itself; what it only passes on may come from any room's index or port. */
const ENTRY = { file: 'index.ts', imports: 'compose nest' };

/** An entry of a room that nobody else may import may pass on, beside its own, what needs a framework. */
const PASSED_ON: Record<string, string> = { 'testing/index.ts': 'nest' };

/** What is wrong with one file of src/, one line for each finding. @param file its path below src/ */
export function findViolations(file: string, source: string): string[] {
  const { references, usesImportMeta } = readReferences(source);
  const found: string[] = [];
  const room = roomOf(file);
  if (room === undefined && file !== ENTRY.file) found.push('is in no room of the table');
  if (usesImportMeta) found.push('uses import.meta, which CJS has not');
  const lines = source.trimEnd().split('\n').length;
  if (lines > MAX_LINES && !file.endsWith('.generated.ts'))
    found.push(`has ${lines} lines, and ${MAX_LINES} are the most`);
  for (const reference of references) {
    const objection = objectionTo(reference, file, room);
    if (objection) found.push(`${reference.kind} of '${reference.specifier ?? '…'}': ${objection}`);
  }
  return found.map((text) => `src/${file} ${text}`);
}

function objectionTo(reference: ModuleReference, file: string, room: string | undefined): string | undefined {
  const { specifier } = reference;
  // The command line loads the user's configuration, from a path that it is given.
  if (specifier === undefined) return room === 'cli' ? undefined : 'a computed path cannot be checked';
  if (specifier.startsWith('node:')) return room === 'viewer/page' ? 'a browser has none of it' : undefined;
  if (builtinModules.includes(specifier)) return `write 'node:${specifier}'`;
  if (!specifier.startsWith('.')) return objectionToPackage(specifier, reference.typeOnly, room);

  const target = join(dirname(file), specifier).replace(/\.js$/, '.ts');
  if (target.startsWith('..')) return 'leaves src/';
  const to = roomOf(target);
  if (to === undefined) return 'is in no room of the table';
  if (room === undefined) {
    const passedOn = reference.kind === 'export' && (target === `${to}/index.ts` || isPort(target));
    return passedOn || ENTRY.imports.split(' ').includes(to) ? undefined : 'the entry passes on an index or a port';
  }
  if (reference.kind === 'export' && PASSED_ON[file] === to) return undefined;
  return room === to || mayImport(room, to, target) ? undefined : `${room}/ may not import ${to}/`;
}

function objectionToPackage(specifier: string, typeOnly: boolean, room: string | undefined): string | undefined {
  const known = PACKAGES.find(({ name }) => name.test(specifier));
  if (!known) return 'is not in the list of packages';
  if (known.room !== room) return `is for ${known.room}/ alone`;
  return known.typeOnly && !typeOnly ? 'is for its types alone' : undefined;
}

function mayImport(room: string, to: string, target: string): boolean {
  const rule = ARROWS[room] ?? '';
  const [, exceptions] = /^all but (.*)$/.exec(rule) ?? [];
  if (exceptions !== undefined) return !exceptions.split(' ').includes(to);
  const allowed = rule.split(' ');
  if (BETWEEN[room] === target) return true;
  return allowed.includes(to) || (allowed.includes(`${to}:port`) && isPort(target));
}

const isPort = (file: string): boolean => /(^|[/.])port\.ts$/.test(file);

/** A folder of a room may be one by itself. */
function roomOf(file: string): string | undefined {
  const [room, inside, ...rest] = file.split('/');
  if (room === undefined || inside === undefined) return undefined;
  const nested = `${room}/${inside}`;
  if (rest.length > 0 && nested in ARROWS) return nested;
  return room in ARROWS ? room : undefined;
}
