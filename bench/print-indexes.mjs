import Table from 'cli-table3';

const bytes = (value) => Math.round(value).toLocaleString('en');

export function printIndexes({ rows, rounds, columnBytes, variants }) {
  const table = new Table({
    head: [
      'sealed into a log',
      'WAL an entry',
      'fewer',
      'spread',
      'indexes an entry',
      'of them these',
      'entries/s',
      'ratio',
      'middle half',
    ],
    style: { head: [], border: [], compact: true },
    colAligns: ['left', ...Array(7).fill('right'), 'left'],
  });
  for (const one of variants)
    table.push([
      one.variant,
      bytes(one.walBytes),
      bytes(one.walFewer),
      one.walSpread.map(bytes).join(' – '),
      bytes(one.allIndexBytes),
      one.indexBytesHere > 0 ? `${bytes(one.indexBytes)}, ${bytes(one.indexBytesHere)} here` : bytes(one.indexBytes),
      bytes(one.entriesPerSecond),
      `${one.rateRatio.toFixed(2)}×`,
      one.rateQuartiles.map((value) => value.toFixed(2)).join(' – '),
    ]);
  console.log(
    `\nWhat it costs the sealer that entries are found: ${rows.toLocaleString('en')} entries sealed, ${rounds} rounds in turn; the columns themselves ${bytes(columnBytes)} bytes a row\n${table.toString()}`,
  );
}
