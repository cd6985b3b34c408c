import Table from 'cli-table3';

const ms = (value) => value.toFixed(2);
const ratio = (value) => `${value.toFixed(2)}×`;
const rate = (value) => `${Math.round(value).toLocaleString('en')}/s`;

export function printHead({ machine, versions }) {
  console.log(
    `${machine.cpu}, ${machine.cores} cores, ${machine.memoryGiB} GiB, ${machine.kernel}, load ${machine.loadBefore.toFixed(2)}`,
  );
  console.log(
    `nestjs-prisma-audit ${versions.package}, Node ${versions.node}, PostgreSQL ${versions.postgresql} (durable), Prisma ${versions.prisma}`,
  );
}

export function printCapture(capture) {
  const title =
    'Capture: latency of a Prisma call; ratio to the same call without audit;\npaired: median of the ratios of neighbouring blocks, and their middle half';
  console.log(`\n${title}\n${latencyTable(capture).toString()}`);
}

export function printPool(pool) {
  console.log(`\nThe same of statements on a pool of pg, without Prisma (no goal)\n${latencyTable(pool).toString()}`);
}

function latencyTable(capture) {
  const table = new Table({
    head: ['operation', 'clients', 'engine', 'calls', 'p50 ms', 'p95 ms', 'µs/row', 'ratio', 'paired', 'middle half'],
    style: { head: [], border: [], compact: true },
    colAligns: ['left', 'right', 'left', 'right', 'right', 'right', 'right', 'right', 'right', 'left'],
  });
  for (const row of capture) {
    if (row.failed) {
      table.push([
        row.operation,
        row.clients,
        row.engine,
        { colSpan: 7, content: `failed: ${row.failed.split('\n')[0]}` },
      ]);
      continue;
    }
    const spread = row.ratioQuartiles?.map((value) => value.toFixed(2)).join(' – ') ?? '';
    table.push([
      row.operation,
      row.clients,
      row.engine,
      row.calls,
      ms(row.p50Ms),
      ms(row.p95Ms),
      row.p50MicrosPerRow === undefined ? '' : row.p50MicrosPerRow.toFixed(0),
      ratio(row.ratio),
      ratio(row.pairedRatio),
      spread,
    ]);
  }
  return table;
}

export function printGoals(goals) {
  const table = new Table({
    head: ['goal, 1 client', 'at most', 'measured', 'middle half', ''],
    style: { head: [], border: [], compact: true },
    colAligns: ['left', 'right', 'right', 'left', 'left'],
  });
  for (const { goal, atMost, measured, spread, outcome } of goals)
    table.push([goal, ratio(atMost), ratio(measured), spread.map((value) => value.toFixed(2)).join(' – '), outcome]);
  console.log(`\n${table.toString()}`);
}

export function printSealing(sealing) {
  const table = new Table({
    head: ['sealing a backlog', 'entries', 'ratio'],
    style: { head: [], border: [], compact: true },
  });
  table.push(['plain insert, no chain', rate(sealing.plainEntriesPerSecond), ratio(1)]);
  table.push(['sealer, 1 tenant', rate(sealing.entriesPerSecond), ratio(sealing.ratio)]);
  for (const { tenants, entriesPerSecond } of sealing.tenants.slice(1))
    table.push([
      `sealer, ${tenants} tenants`,
      rate(entriesPerSecond),
      ratio(entriesPerSecond / sealing.plainEntriesPerSecond),
    ]);
  console.log(
    `\nSealing ${sealing.rows} rows (Node: ${sealing.nodeMicrosPerEntry.toFixed(1)} µs of CPU an entry)\n${table.toString()}`,
  );
}

export function printTicks({ tickSeconds, ticks }) {
  const table = new Table({
    head: ['a tick of the registry', 'takes', `of ${tickSeconds} s`, 'writes', 'of what was sealed'],
    style: { head: [], border: [], compact: true },
  });
  const percent = (share) => `${(share * 100).toFixed(1)} %`;
  for (const { chains, ms: took, bytes, timeShare, bytesShare } of ticks)
    table.push([`${chains} chains grew`, `${Math.round(took)} ms`, percent(timeShare), `${Math.round(bytes / 1024)} KiB`, percent(bytesShare)]); // prettier-ignore
  console.log(`\n${table.toString()}`);
}

export function printVerify(verify) {
  console.log(
    `\nVerifying ${verify.rows} entries: ${rate(verify.entriesPerSecondPerCore)} for each core of Node's, ${rate(verify.entriesPerSecond)} by the clock`,
  );
}

export function printLongVerify({ logs, peakRatio }) {
  const names = {
    'plain-headers': 'plain COPY of headers',
    headers: 'verify, headers alone',
    plain: 'plain COPY with content',
    full: 'verify',
  };
  const table = new Table({
    head: ['', 'entries', 'by the clock', "a core of Node's", 'peak memory'],
    style: { head: [], border: [], compact: true },
    colAligns: ['left', 'right', 'right', 'right', 'right'],
  });
  for (const { entries, runs, memory } of logs) {
    const many = entries.toLocaleString('en');
    for (const { what, entriesPerSecond, entriesPerSecondPerCore, peakMegabytes } of runs)
      table.push([names[what], many, rate(entriesPerSecond), rate(entriesPerSecondPerCore), `${peakMegabytes.toFixed(0)} MB`]); // prettier-ignore
    for (const [what, perCore] of Object.entries(memory))
      table.push([`in memory: ${what}`, many, '', rate(perCore), '']);
  }
  const peak =
    peakRatio === undefined ? '' : `\npeak memory of the larger log to that of the smaller: ${ratio(peakRatio)}`;
  console.log(`\nVerifying, each run in a process of its own\n${table.toString()}${peak}`);
}

export function printExport({ logs }) {
  const names = {
    ndjson: 'NDJSON',
    csv: 'CSV',
    leaves: 'NDJSON with leaves',
    openings: 'NDJSON with leaves and openings',
  };
  const table = new Table({
    head: ['export', 'entries', 'written', 'peak memory', 'verify-export', 'peak memory', 'bytes an entry'],
    style: { head: [], border: [], compact: true },
    colAligns: ['left', ...Array(6).fill('right')],
  });
  for (const { entries, runs } of logs)
    for (const { what, made, checked, bytes } of runs)
      table.push([names[what], entries.toLocaleString('en'), rate(made.perSecond), `${made.megabytes.toFixed(0)} MB`, rate(checked.perSecond), `${checked.megabytes.toFixed(0)} MB`, Math.round(bytes / made.rows)]); // prettier-ignore
  console.log(`\nTaking entries along, each run in a process of its own\n${table.toString()}`);
}

export function printHttp(http) {
  const table = new Table({
    head: [
      'platform',
      'clients',
      'audit',
      'requests',
      'requests/s',
      'p50 ms',
      'p95 ms',
      'p50',
      'p95',
      'paired',
      'middle half',
    ],
    style: { head: [], border: [], compact: true },
    colAligns: ['left', 'right', 'left', ...Array(7).fill('right'), 'left'],
  });
  for (const row of http)
    table.push([
      row.platform,
      row.clients,
      row.variant,
      row.calls,
      rate(row.requestsPerSecond),
      ms(row.p50Ms),
      ms(row.p95Ms),
      ratio(row.p50Ratio),
      ratio(row.p95Ratio),
      ratio(row.p95PairedRatio),
      row.p95RatioQuartiles.map((value) => value.toFixed(2)).join(' – '),
    ]);
  console.log(
    `\nRequests that write one row; ratios of p50 and p95 to the same application without audit;\npaired: median of the ratios of p95 of neighbouring blocks, and their middle half\n${table.toString()}`,
  );
  for (const { platform } of http.filter(({ clients, waited }) => clients === 1 && waited === false))
    console.log(`${platform}, committed: responses did NOT wait for their entries, so its figures are those of async`);
}
