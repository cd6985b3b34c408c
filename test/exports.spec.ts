import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

const run = promisify(execFile);

/** For tests, with Nest and without. */
const IN_MEMORY = {
  values: ['InMemoryRecorder', 'auditMatchers', 'audited', 'clearAudited', 'expectAudited', 'expectNothingAudited'],
  typesOnly: [
    'AsymmetricMatcher',
    'AuditMatchers',
    'AuditedEntry',
    'ExpectedEntry',
    'InMemoryOptions',
    'Like',
    'NothingOptions',
    'WaitOptions',
  ],
} as const;

/** What is there at run time, and what only the compiler sees. `npm test` builds dist first. */
const ENTRIES = {
  '.': {
    types: 'index.d.ts',
    values: [
      'AuditError',
      'AuditHealthIndicator',
      'AuditModule',
      'AuditService',
      'Audited',
      'InjectAudit',
      'SkipAudit',
      'createAudit',
      'defineActions',
      'defineAudit',
      'getAuditToken',
      'isAuditError',
      'mergeActions',
      'runAs',
      'setActor',
      'withContext',
    ],
    typesOnly: [
      'AccessEvent',
      'AccessVehicle',
      'ActionCatalogue',
      'ActionDefinition',
      'ActionName',
      'Actor',
      'Audit',
      'AuditConditions',
      'AuditConfig',
      'AuditContext',
      'AuditEntry',
      'AuditErrorCode',
      'AuditEvent',
      'AuditEventOf',
      'AuditExportOptions',
      'AuditFacts',
      'AuditHealth',
      'AuditHealthOptions',
      'AuditHealthResult',
      'AuditModuleOptions',
      'AuditOptions',
      'AuditPage',
      'AuditQuery',
      'AuditRegister',
      'AuditRequest',
      'AuditedCall',
      'AuditedOptions',
      'Check',
      'ContextFields',
      'EntryExport',
      'ExportFormat',
      'ExportQuery',
      'ExportSource',
      'FieldChange',
      'FollowBatch',
      'FollowContext',
      'FollowHandler',
      'FollowOptions',
      'FollowTransaction',
      'FollowedEntry',
      'FollowerHealth',
      'Following',
      'Outcome',
      'ReaderScope',
      'ReasonOption',
      'RecordChange',
      'RecordState',
      'Rejected',
      'Requests',
      'Resource',
      'ScopedReader',
      'Severity',
      'TrustedProxyOptions',
      'Unreadable',
    ],
  },
  './core': {
    types: 'core/index.d.ts',
    values: [
      'AuditError',
      'createAudit',
      'defineActions',
      'defineAudit',
      'isAuditError',
      'mergeActions',
      'runAs',
      'setActor',
      'withContext',
    ],
    typesOnly: [
      'AccessEvent',
      'AccessVehicle',
      'ActionCatalogue',
      'ActionDefinition',
      'ActionName',
      'Actor',
      'Audit',
      'AuditConditions',
      'AuditConfig',
      'AuditContext',
      'AuditEntry',
      'AuditErrorCode',
      'AuditEvent',
      'AuditEventOf',
      'AuditExportOptions',
      'AuditFacts',
      'AuditHealth',
      'AuditOptions',
      'AuditPage',
      'AuditQuery',
      'AuditRegister',
      'Check',
      'ContextFields',
      'EntryExport',
      'ExportFormat',
      'ExportQuery',
      'ExportSource',
      'FieldChange',
      'FollowBatch',
      'FollowContext',
      'FollowHandler',
      'FollowOptions',
      'FollowTransaction',
      'FollowedEntry',
      'FollowerHealth',
      'Following',
      'Outcome',
      'ReaderScope',
      'RecordChange',
      'RecordState',
      'Rejected',
      'Resource',
      'ScopedReader',
      'Severity',
      'Unreadable',
    ],
  },
  './prisma': {
    types: 'prisma/index.d.ts',
    values: ['audit', 'auditAdapter', 'audited', 'changeOf', 'defineActions', 'defineAudit'],
    typesOnly: [
      'ActionCatalogue',
      'ActionDefinition',
      'AuditApi',
      'AuditApiOptions',
      'AuditConfig',
      'AuditMembers',
      'AuditRegister',
      'Audited',
      'AuditedChange',
      'CarriedField',
      'CarryOptions',
      'Catalogue',
      'CatalogueModel',
      'ModelConfig',
    ],
  },
  './pg': {
    types: 'pg/index.d.ts',
    values: ['AuditError', 'auditClient', 'auditPool', 'catalogueOf', 'isAuditError'],
    typesOnly: ['AuditPgOptions', 'CarriedField', 'Catalogue', 'ClientLike', 'ContractLike', 'PoolLike'],
  },
  './express': {
    types: 'express/index.d.ts',
    values: [
      'AuditError',
      'auditErrors',
      'auditExpress',
      'auditViewer',
      'audited',
      'createAudit',
      'isAuditError',
      'runAs',
      'setActor',
      'skipAudit',
      'withContext',
    ],
    typesOnly: ['Audit', 'AuditOptions', 'AuditRequest', 'AuditedCall', 'AuditedOptions', 'HttpAuditOptions', 'ReaderScope', 'ViewerOptions'], // prettier-ignore
  },
  './fastify': {
    types: 'fastify/index.d.ts',
    values: [
      'AuditError',
      'auditFastify',
      'auditViewer',
      'audited',
      'createAudit',
      'isAuditError',
      'runAs',
      'setActor',
      'withContext',
    ],
    typesOnly: [
      'Audit',
      'AuditOptions',
      'AuditRequest',
      'AuditedCall',
      'AuditedMark',
      'AuditedOptions',
      'FastifyLike',
      'HttpAuditOptions',
      'ReaderScope',
      'ViewerFastifyLike',
      'ViewerOptions',
    ],
  },
  './viewer': {
    types: 'nest/viewer/index.d.ts',
    values: ['AuditError', 'AuditViewerModule', 'isAuditError'],
    typesOnly: ['AuditViewerAsyncOptions', 'AuditViewerOptions', 'ReaderScope'],
  },
  './context': {
    types: 'context/index.d.ts',
    values: ['actorSection', 'currentContext', 'newContext', 'runAs', 'runInContext', 'setActor', 'withContext'],
    typesOnly: ['ActorSection', 'AuditContext', 'ContextFields', 'UnitOfWork'],
  },
  './verify': {
    types: 'verify/index.d.ts',
    values: ['FINDINGS', 'REPORT_SCHEMA', 'exitCode', 'formatPin', 'formatPolicy', 'formatState', 'htmlReport', 'parsePins', 'parsePolicy', 'parseState', 'verify'], // prettier-ignore
    typesOnly: [
      'NamedAnchor',
      'Policy',
      'TrustedKey',
      'ChainRecord',
      'ChainReport',
      'ChainState',
      'ContentRecord',
      'EntriesOptions',
      'EntryRecord',
      'Finding',
      'FindingClass',
      'FindingCode',
      'FoundCode',
      'Level',
      'LogSource',
      'Pin',
      'Ran',
      'Report',
      'Verdict',
      'VerifyOptions',
      'VerifyState',
    ],
  },
  './evidence': {
    types: 'checkpoint/index.d.ts',
    values: [
      'auditTiles',
      'checkProof',
      'directoryAnchor',
      'environmentSigner',
      'fileAnchor',
      'fileSigner',
      'formatVkey',
      'parseVkey',
      'postgresAnchor',
      'readProofFolder',
      'stdoutAnchor',
      'vkeyOf',
      'webhookAnchor',
    ],
    typesOnly: [
      'Anchor',
      'AnchoredNote',
      'AuditTilesOptions',
      'EvidenceConfig',
      'FileSignerOptions',
      'LineStream',
      'LocalOptions',
      'PostgresAnchorOptions',
      'ProvenEntry',
      'QueryPool',
      'Signer',
      'TilesAccess',
      'TilesHandler',
      'TilesRequest',
      'TilesResponse',
      'Vkey',
      'WebhookAnchorOptions',
    ],
  },
  './s3': { types: 's3/index.d.ts', values: ['s3Anchor'], typesOnly: ['S3AnchorOptions', 'S3Like'] },
  './formats': {
    types: 'formats/index.d.ts',
    values: ['RECORD_BYTES', 'checkFormatOptions', 'cloudEvents', 'ecs', 'mapped', 'ndjson', 'ocsf', 'recordLine'],
    typesOnly: [
      'CloudEventsOptions',
      'EcsOptions',
      'Followed',
      'Format',
      'FormatOptions',
      'Mapper',
      'OcsfOptions',
      'OcsfVersion',
      'SentValues',
    ],
  },
  './testing': {
    types: 'testing/index.d.ts',
    values: ['AuditTestingModule', ...IN_MEMORY.values],
    typesOnly: [...IN_MEMORY.typesOnly, 'AuditTestingOptions'],
  },
  './testing/memory': { types: 'testing/memory.d.ts', ...IN_MEMORY },
} as const;
const entries = Object.entries(ENTRIES);

/** The entries as a user's Node finds them, by the package's own name. */
async function namesAtRunTime(format: 'import' | 'require'): Promise<Record<string, string[]>> {
  const specifiers = JSON.stringify(Object.keys(ENTRIES).map((entry) => join('nestjs-prisma-audit', entry)));
  const load = format === 'import' ? 'await import(name)' : 'require(name)';
  const script = `void (async () => {
    const found = {};
    for (const name of ${specifiers}) found[name] = Object.keys(${load}).filter((key) => key !== 'default' && key !== 'module.exports').sort();
    console.log(JSON.stringify(found));
  })()`;
  const { stdout } = await run(process.execPath, ['--input-type=commonjs', '-e', script], { cwd: process.cwd() });
  return JSON.parse(stdout) as Record<string, string[]>;
}

/** The declarations that a compiler reads for one entry, one file after the other. */
async function declarations(entry: string, found = new Map<string, string>()): Promise<Map<string, string>> {
  if (found.has(entry)) return found;
  const text = await readFile(entry, 'utf8');
  found.set(entry, text);
  for (const [, path] of text.matchAll(/(?:from|import\()\s*['"](\.[^'"]+)\.js['"]/g)) {
    await declarations(join(dirname(entry), `${path}.d.ts`), found);
  }
  return found;
}

describe.each(['import', 'require'] as const)('the built package, by %s,', (format) => {
  it('exports these names and no others', async () => {
    const expected = entries.map(([entry, { values }]) => [join('nestjs-prisma-audit', entry), [...values]]);
    expect(await namesAtRunTime(format)).toEqual(Object.fromEntries(expected));
  });
});

describe('where no peer is installed, neither Nest nor Prisma,', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'audit-no-peers-'));
    const installed = join(folder, 'node_modules', 'nestjs-prisma-audit');
    await mkdir(installed, { recursive: true });
    await cp('dist', join(installed, 'dist'), { recursive: true });
    await cp('package.json', join(installed, 'package.json'));
    await symlink(join(process.cwd(), 'node_modules', 'pg'), join(folder, 'node_modules', 'pg'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  const needy = ['.', './testing', './s3', './viewer'];
  const without = entries.filter(([entry]) => !needy.includes(entry)).map(([entry]) => entry);
  it.each(['import', 'require'] as const)('each entry loads that needs none of them, by %s', async (format) => {
    const load = format === 'import' ? 'import(name)' : 'require(name)';
    const names = JSON.stringify(without.map((entry) => join('nestjs-prisma-audit', entry)));
    const script = `void (async () => { for (const name of ${names}) await ${load}; })()`;
    const { stderr } = await run(process.execPath, ['--input-type=commonjs', '-e', script], { cwd: folder });
    expect(without).toContain('./core');
    expect(stderr).toBe('');
  });
});

describe.each(['esm', 'cjs'])('the declarations of the built package (%s)', (format) => {
  it.each(entries)('name these things and no others: %s', async (_entry, { types, values, typesOnly }) => {
    const text = await readFile(join('dist', format, types), 'utf8');
    expect(text).not.toContain('export *');
    const names = [...text.matchAll(/export (?:type )?\{([^}]*)\}/g)].flatMap(([, list = '']) =>
      list.split(',').map((name) =>
        name
          .trim()
          .replace(/^type /, '')
          .replace(/^\w+ as /, ''),
      ),
    );
    expect(names.filter((name) => name !== '').sort()).toEqual([...values, ...typesOnly].sort());
  });

  it.each([
    'core/index',
    'prisma/index',
    'pg/index',
    'context/index',
    'verify/index',
    'checkpoint/index',
    's3/index',
    'formats/index',
    'express/index',
    'fastify/index',
    'testing/memory',
  ])('of /%s need nothing that its user may not have', async (entry) => {
    const files = await declarations(join('dist', format, `${entry}.d.ts`));
    expect(files.size).toBeGreaterThan(1);
    const packages = [...files].flatMap(([file, text]) =>
      [...text.matchAll(/(?:from|import\(|require\(|types=)\s*['"]([^.'"][^'"]*)['"]/g)].map(
        ([, name]) => `${file}: ${name}`,
      ),
    );
    expect(packages).toEqual([]);
    // Nor in any other form; a comment may say what is not needed.
    const code = [...files.values()].join('\n').replace(/\/\*.*?\*\//gs, '');
    expect(code).not.toMatch(/@nestjs|@aws-sdk|@prisma\/driver-adapter-utils|['"]pg['"]|rxjs/);
  });
});
