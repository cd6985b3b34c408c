import Table from 'cli-table3';

const ms = (value) => value.toFixed(2);

export function printReading({ entries, tenants, fillSeconds, goalMs, questions }) {
  const table = new Table({
    head: ['question', 'shown', 'database p50 ms', 'p95 ms', 'caller p50 ms', 'p95 ms', 'indexes', ''],
    style: { head: [], border: [], compact: true },
    colAligns: ['left', 'right', 'right', 'right', 'right', 'right', 'left', 'left'],
  });
  for (const { question, shown, stopped, databaseMs, callerMs, plan, documentedIndex } of questions)
    table.push([
      question,
      `${shown}${stopped ? ' (stopped)' : ''}`,
      ms(databaseMs.p50),
      ms(databaseMs.p95),
      ms(callerMs.p50),
      ms(callerMs.p95),
      plan.join(' '),
      [
        databaseMs.p95 <= goalMs ? [] : `above ${goalMs} ms`,
        documentedIndex === undefined || plan.includes(documentedIndex) ? [] : `not by ${documentedIndex}`,
      ]
        .flat()
        .join(', '),
    ]);
  const met = questions.filter(({ databaseMs }) => databaseMs.p95 <= goalMs).length;
  console.log(
    `\nReading: ${entries.toLocaleString('en')} entries of ${tenants} tenants, warm (filled in ${Math.round(fillSeconds)} s)\n${table.toString()}\n${met} of ${questions.length} questions have p95 ≤ ${goalMs} ms in the database`,
  );
}
