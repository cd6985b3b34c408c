// Writes docs/options.md from the types, so that it says what there is: `node scripts/options-page.mjs`. With --check it only compares.
import { readFileSync, writeFileSync } from 'node:fs';

const PAGE = 'docs/options.md';

/** Title, how it is written, and the interfaces whose members are its options: file, name. */
const SECTIONS = [
  [
    'AuditModule',
    'In `forRoot({ … })` and what `useFactory` of `forRootAsync` gives; without Nest in `createAudit()`, `auditExpress()` and `auditFastify()`. `name` and `isGlobal` stand beside `useFactory`.',
    [
      ['compose/options.ts', 'AuditOptions'],
      ['compose/durability-options.ts', 'DurabilityOptions'],
    ],
  ],
  [
    'Who acts, and which requests leave an entry',
    'In the same object, where there are requests.',
    [
      ['http/request-context.ts', 'RequestContextOptions'],
      ['http/policy-options.ts', 'RequestPolicyOptions'],
      ['http/trusted-proxy.ts', 'TrustedProxyOptions', 'trustedProxy'],
    ],
  ],
  ['seal', 'How this process seals: `seal: { … }`.', [['sealer/sealer.ts', 'SealerOptions']]],
  [
    'spool',
    "Where events wait that the database does not take: `spool: { … }`, with `onFailure: 'spool'`.",
    [['recorder/spool/spool-outlet.ts', 'SpoolOptions']],
  ],
  [
    'audit.follow()',
    'The third argument of `follow(name, handler, { … })`: [following.md](following.md).',
    [
      ['follow/options.ts', 'FollowOptions'],
      ['follow/options.ts', 'FollowBatch', 'batch'],
    ],
  ],
  [
    'redaction',
    'Which names hold secrets: `redaction: { … }`, of recorded events in the module, of tables in `audit.config`.',
    [['event/redaction.ts', 'RedactionOptions']],
  ],
  ['audit.config', 'The argument of `defineAudit<PrismaClient>({ … })`.', [['prisma/config.ts', 'AuditConfig']]],
  ['Models in audit.config', '`models: { User: { … } }`.', [['prisma/config.ts', 'ModelConfig']]],
  [
    'evidence in audit.config',
    'Who signs, and where it goes: `evidence: { … }`.',
    [['checkpoint/port.ts', 'EvidenceConfig']],
  ],
  [
    'Anchors and signers',
    'The second argument of their functions; of `s3Anchor` and `webhookAnchor` the only one.',
    [
      ['s3/s3-anchor.ts', 'S3AnchorOptions', 's3Anchor'],
      ['checkpoint/anchors/webhook.ts', 'WebhookAnchorOptions', 'webhookAnchor'],
      ['checkpoint/anchors/postgres.ts', 'PostgresAnchorOptions', 'postgresAnchor'],
      ['checkpoint/anchors/local.ts', 'LocalOptions', 'fileAnchor, directoryAnchor'],
      ['checkpoint/signers/file-signer.ts', 'FileSignerOptions', 'fileSigner'],
    ],
  ],
  ['@Audited', 'The second argument of `@Audited(action, { … })`.', [['http/audited-options.ts', 'AuditedOptions']]],
  [
    'audited() and auditAdapter()',
    'The second argument.',
    [
      ['prisma/adapter.ts', 'AdapterOptions'],
      ['prisma/carry.ts', 'CarryOptions'],
    ],
  ],
  [
    'audit()',
    'The argument of the extension.',
    [
      ['prisma/client-engine/options.ts', 'EngineOptions'],
      ['prisma/reads/options.ts', 'ReadsOptions'],
    ],
  ],
  [
    'auditPool() and auditClient()',
    'The second argument, of `nestjs-prisma-audit/pg`; with those of `carry` above.',
    [['pg/audit-client.ts', 'AuditPgOptions']],
  ],
  [
    'AuditViewerModule and auditViewer()',
    'In `AuditViewerModule.forRoot({ path, name, … })` of `nestjs-prisma-audit/viewer`; the second argument of `auditViewer()` of `/express` and `/fastify`.',
    [['viewer/options.ts', 'ViewerOptions']],
  ],
  [
    'auditTiles()',
    'The argument of the handler that serves a published log.',
    [['checkpoint/tiles-handler.ts', 'AuditTilesOptions']],
  ],
];

/** Members of an interface: sources are formatted, so they stand at two spaces, each behind its comment. */
function membersOf(file, name) {
  const source = readFileSync(`src/${file}`, 'utf8');
  const [, body] = new RegExp(`^export interface ${name}\\b[^]*? \\{\\n([^]*?)^\\}`, 'm').exec(source) ?? [];
  if (body === undefined) throw new Error(`src/${file} has no interface ${name}`);
  const member =
    /^ {2}\/\*\*([^]*?)\*\/\n(?: {2}\/\/.*\n)* {2}(?:readonly )?(\w+)(\??)(?:: ([^]*?)|(\([^]*?));(?: \/\/.*)?\n(?= {2}[^\s}]|$)/gm;
  const found = [...body.matchAll(member)].map(([, doc, option, optional, type, method]) => {
    const text = doc
      .replaceAll(/^\s*\*? ?/gm, '')
      .replaceAll(/\s+/g, ' ')
      .trim();
    const [says, standard = ''] = text.split(/\s*@defaultValue\s+/);
    const plain = (type ?? method)
      .replaceAll(/\/\/.*$/gm, '')
      .replaceAll(/\s+/g, ' ')
      .replace(/ \| undefined$/, '')
      .trim();
    return {
      option,
      isNeeded: optional === '',
      type: plain,
      says: says.replaceAll(/\{@link (\w+)\}/g, '`$1`'),
      standard,
    };
  });
  const named = [...body.matchAll(/^ {2}(?:readonly )?(\w+)\??[:(]/gm)].length;
  if (found.length !== named)
    throw new Error(
      `${name}: ${named} members, and ${found.length} have a comment: ${found.map(({ option }) => option).join(', ')}`,
    );
  return found;
}

const cell = (text) => text.replaceAll('|', '\\|');

function table([file, name, of]) {
  const rows = membersOf(file, name).map(
    ({ option, isNeeded, type, says, standard }) =>
      `| ${of === undefined ? '' : `${of}: `}\`${option}\`${isNeeded ? ' (needed)' : ''} | \`${cell(type)}\` | ${cell(says)}${standard === '' ? '' : ` Default: ${cell(standard)}`} |`,
  );
  return rows.join('\n');
}

const page = `# Options

Made from the types (\`node scripts/options-page.mjs\`): each option, its type, what it does. A wrong option stops the start, and the message says what to write.

${SECTIONS.map(([title, how, parts]) => `## ${String(title)}\n\n${String(how)}\n\n| option | type | |\n|---|---|---|\n${parts.map(table).join('\n')}\n`).join('\n')}`;

if (!process.argv.includes('--check')) writeFileSync(PAGE, page);
else if (readFileSync(PAGE, 'utf8') !== page) {
  console.error(`${PAGE} is not what the types say: node scripts/options-page.mjs`);
  process.exitCode = 1;
}
