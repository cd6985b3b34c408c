// What audit may cost, as ratios to the same work without it, of one client. `npm run bench` says which are met; it does not
// fail by them, since a machine that is busy with something else misses all of them.
const AT_MOST = { findUnique: 1.03, create: 1.8, update: 1.7, updateNone: 1.2, nestedCreate: 1.5, updateMany100: 6.5 };
const GROWTH_AT_MOST = 1.3;

/**
 * A goal with what was measured: the median of the rounds, and the middle half of them. It is met, or missed, where that half agrees;
 * else this run cannot tell.
 */
function judged({ measured, spread = [measured, measured], ...goal }) {
  const [low, high] = spread;
  const outcome = high <= goal.atMost ? 'met' : low > goal.atMost ? 'missed' : 'cannot tell';
  return { ...goal, measured, spread, outcome, met: outcome === 'met' };
}

/** Each goal of engine `engine`, of rows as measureOperation() gives them. */
export function goals(capture, engine = 'database') {
  const cell = (operation, of) =>
    capture.find((row) => row.clients === 1 && row.operation === operation && row.engine === of);
  const ratios = Object.entries(AT_MOST).map(([operation, atMost]) => {
    const { ratio, pairedRatio = ratio, ratioQuartiles: spread, rounds } = cell(operation, engine);
    return { goal: `${operation}: ratio`, atMost, measured: pairedRatio, spread, rounds };
  });
  // Twice the rows take twice the time when the time of a row stays what it is.
  const growth = (of) => cell('createMany5000', of).p50MicrosPerRow / cell('createMany1000', of).p50MicrosPerRow;
  const linear = {
    goal: 'createMany: time per row, 5,000 rows to 1,000',
    atMost: GROWTH_AT_MOST,
    measured: growth(engine),
    withoutAudit: growth('none'),
  };
  return [...ratios, linear].map((goal) => judged(goal));
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
    return judged({
      goal: `${operation}: ratio of engine "${engine}" to that of ${rival}`,
      atMost: OF_RIVAL_AT_MOST,
      measured,
    });
  });
}

const HTTP_P95_AT_MOST = 1.1;

/** Of requests whose entry the response does not wait for. */
export function httpGoals(http) {
  return http
    .filter(({ clients, variant }) => clients === 1 && variant === 'async')
    .map(({ platform, p95Ratio }) =>
      judged({ goal: `${platform}, async: p95`, atMost: HTTP_P95_AT_MOST, measured: p95Ratio }),
    );
}
