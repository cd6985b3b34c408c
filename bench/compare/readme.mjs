import { readFileSync, writeFileSync } from 'node:fs';

const README = new URL('../../README.md', import.meta.url);
const PAGE = new URL('../../docs/comparison.md', import.meta.url);
const [OPEN, CLOSE] = ['<!-- comparison -->', '<!-- /comparison -->'];

const VERDICTS = [
  ['fully', 'captured fully'],
  ['partly', 'captured partly'],
  ['missed', 'missed'],
  ['invented', 'logged what was undone'],
  ['interfered', 'disturbed the application'],
];
const LATENCIES = [
  ['create', 'create'],
  ['update', 'update'],
  ['nestedCreate', 'nested create'],
  ['updateMany100', 'updateMany of 100'],
  ['createMany5000', 'createMany of 5,000'],
];

/** The README's comparison, from results.json alone. */
export function comparisonBlock({ peers, latency, machine, versions, shapes, changeNothing }) {
  const ratio = (peer, operation) => {
    const row = latency?.find((one) => one.engine === peer.id && one.operation === operation);
    if (row?.failed) return 'failed';
    return row ? `${row.ratio.toFixed(2)}×` : '–';
  };
  const columns = peers.map((peer) => `${peer.label} ${peer.version}`);
  const lines = [
    `| | ${columns.join(' | ')} |`,
    `|---|${'---:|'.repeat(columns.length)}`,
    ...VERDICTS.map(
      ([verdict, title]) =>
        `| ${title} | ${peers.map((peer) => peer.counts?.[verdict] ?? 'did not run').join(' | ')} |`,
    ),
    ...LATENCIES.map(
      ([operation, title]) => `| latency of ${title} | ${peers.map((peer) => ratio(peer, operation)).join(' | ')} |`,
    ),
  ];
  const place = latency
    ? ` Latency: ratio of medians to the same call without audit, one client, in turn on one server (${machine.cores} cores, PostgreSQL ${versions.postgresql}, durable, Prisma ${versions.prisma}).`
    : '';
  return `${lines.join('\n')}\n\n<sub>${shapes} operations${changeNothing ? ` (${changeNothing} of them must leave no trace)` : ''}, each counted in one row: the last that applies.${place} How each was set up: [docs/comparison.md](docs/comparison.md).</sub>`;
}

/** How each package was set up, for the page beside it. */
export function setupBlock({ peers }) {
  return peers
    .map(({ label, version, configuration, error }) =>
      error
        ? `- **${label} ${version}** did not run: ${error.split('\n')[0]}`
        : `- **${label} ${version}**: ${configuration.join('; ')}.`,
    )
    .join('\n');
}

/** Puts each block between its markers. */
export function writeReadme(results) {
  write(README, comparisonBlock(results));
  write(PAGE, setupBlock(results));
}

function write(file, block) {
  const text = readFileSync(file, 'utf8');
  const [from, to] = [text.indexOf(OPEN), text.indexOf(CLOSE)];
  if (from < 0 || to < from) throw new Error(`${file.pathname} has no ${OPEN} … ${CLOSE}`);
  writeFileSync(file, `${text.slice(0, from + OPEN.length)}\n${block}\n${text.slice(to)}`);
}
