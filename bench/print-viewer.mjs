import Table from 'cli-table3';

const ms = (value) => value.toFixed(1);

export function printViewer({ entries, tenants, fillSeconds, pages }) {
  const table = new Table({
    head: ['page', 'request', 'p50 ms', 'p95 ms', ''],
    style: { head: [], border: [], compact: true },
    colAligns: ['left', 'left', 'right', 'right', 'left'],
  });
  for (const { page, goalMs, ms: whole, requests } of pages) {
    table.push([page, 'all at once', ms(whole.p50), ms(whole.p95), whole.p50 <= goalMs ? `≤ ${goalMs} ms` : `above ${goalMs} ms`]); // prettier-ignore
    for (const { request, ms: own } of requests) table.push(['', request, ms(own.p50), ms(own.p95), '']);
  }
  console.log(
    `\nViewer: ${entries.toLocaleString('en')} entries of ${tenants} tenants, warm, by HTTP on the loopback (filled in ${Math.round(fillSeconds)} s)\n${table.toString()}`,
  );
}
