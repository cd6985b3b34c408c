import { readFileSync, writeFileSync } from 'node:fs';

const README = new URL('../../README.md', import.meta.url);
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
  const notes = peers.map(({ label, configuration, error }) =>
    error ? `${label} did not run: ${error.split('\n')[0]}` : `${label}: ${configuration.join('; ')}.`,
  );
  const place = latency
    ? ` Latency: ratio of medians to the same call without audit, one client, in turn on one server (${machine.cores} cores, PostgreSQL ${versions.postgresql}, durable, Prisma ${versions.prisma}).`
    : '';
  return `${lines.join('\n')}\n\n<sub>${shapes} operations${changeNothing ? ` (${changeNothing} of them must leave no trace)` : ''}, each counted in one row: the last that applies.${place} ${notes.join(' ')}</sub>`;
}

/** Puts the block between its markers. */
export function writeReadme(results) {
  const text = readFileSync(README, 'utf8');
  const [from, to] = [text.indexOf(OPEN), text.indexOf(CLOSE)];
  if (from < 0 || to < from) throw new Error(`README.md has no ${OPEN} … ${CLOSE}`);
  writeFileSync(README, `${text.slice(0, from + OPEN.length)}\n${comparisonBlock(results)}\n${text.slice(to)}`);
}
