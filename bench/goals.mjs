// What audit may cost, as ratios to the same work without it, of one client. `npm run bench` says which are met; it does not
// fail by them, since a machine that is busy with something else misses all of them.
const AT_MOST = { findUnique: 1.03, create: 1.4, update: 1.35, nestedCreate: 1.35, updateMany100: 5 };
const GROWTH_AT_MOST = 1.3;

/** Each goal with what was measured. `ratio`: of the medians of all calls. */
export function goals(capture, engine = 'database') {
  const cell = (operation, of) =>
    capture.find((row) => row.clients === 1 && row.operation === operation && row.engine === of);
  const ratios = Object.entries(AT_MOST).map(([operation, atMost]) => ({
    goal: `${operation}: ratio`,
    atMost,
    measured: cell(operation, engine).ratio,
  }));
  // Twice the rows take twice the time when the time of a row stays what it is.
  const growth = (of) => cell('createMany5000', of).p50MicrosPerRow / cell('createMany1000', of).p50MicrosPerRow;
  const linear = {
    goal: 'createMany: time per row, 5,000 rows to 1,000',
    atMost: GROWTH_AT_MOST,
    measured: growth(engine),
    withoutAudit: growth('none'),
  };
  return [...ratios, linear].map((goal) => ({ ...goal, met: goal.measured <= goal.atMost }));
}

const OF_RIVAL_AT_MOST = 0.8;

/** Of engine "client", beside the peer that captures in the client as well; none for what either could not do. */
export function clientGoals(latency, engine = 'client', rival = 'prisma-audit') {
  const ratioOf = (operation, of) =>
    latency.find((row) => row.clients === 1 && row.operation === operation && row.engine === of)?.ratio;
  return ['create', 'update', 'nestedCreate'].flatMap((operation) => {
    const [own, other] = [ratioOf(operation, engine), ratioOf(operation, rival)];
    if (own === undefined || other === undefined) return [];
    const measured = own / other;
    return {
      goal: `${operation}: ratio of engine "${engine}" to that of ${rival}`,
      atMost: OF_RIVAL_AT_MOST,
      measured,
      met: measured <= OF_RIVAL_AT_MOST,
    };
  });
}

const HTTP_P95_AT_MOST = 1.1;

/** Of requests whose entry the response does not wait for. */
export function httpGoals(http) {
  return http
    .filter(({ clients, variant }) => clients === 1 && variant === 'async')
    .map(({ platform, p95Ratio }) => ({
      goal: `${platform}, async: p95`,
      atMost: HTTP_P95_AT_MOST,
      measured: p95Ratio,
      met: p95Ratio <= HTTP_P95_AT_MOST,
    }));
}
