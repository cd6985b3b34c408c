import type { JSX } from 'preact';
import { useMemo } from 'preact/hooks';
import type { OverviewAnswer } from '../../answers.js';
import { tenantOf } from '../routes.js';
import { t } from '../texts.js';
import { useApp } from '../parts/app.js';
import { useAsk } from '../parts/ask.js';
import { ActionBadge, OutcomeBadge } from '../parts/badges.js';
import { HoursCard } from '../parts/hours-card.js';
import { StateCards } from '../parts/state-cards.js';
import { Failure, Loading } from '../parts/states.js';
import { TopCard } from '../parts/top-card.js';
import { VerifyCard } from '../parts/verify-card.js';

const MINUTE = 60_000;
const HOURS = [24, 168, 720];

/** How much happened, by whom, and how the log itself is. */
export function Overview(): JSX.Element {
  const { session, where, go } = useApp();
  const hours = HOURS.find((each) => String(each) === where.more['hours']) ?? 24;
  const question = useMemo(() => {
    const query = tenantOf(where);
    query.set('hours', String(hours));
    return query;
  }, [where, hours]);
  const { data, error, refetch } = useAsk<OverviewAnswer>('overview', question, { every: MINUTE });
  const range = { last: hours === 24 ? '24h' : `${hours / 24}d` };
  return (
    <div class="overview">
      <div class="bar-head">
        <h1>{t.overview}</h1>
        <div class="bar-tools segments" role="group" aria-label={t.range}>
          {HOURS.map((each, at) => (
            <button
              key={each}
              type="button"
              class="button button-quiet"
              aria-pressed={each === hours}
              onClick={() => go({ ...where, more: { ...where.more, hours: String(each) } }, 'replace')}
            >
              {t.spans[at]}
            </button>
          ))}
        </div>
      </div>
      {data === undefined && !error && <Loading lines={10} />}
      {data === undefined && error && <Failure error={error} retry={() => void refetch()} />}
      {data && (
        <>
          <StateCards overview={data} />
          <HoursCard overview={data} hours={hours} />
          <div class="cards">
            <TopCard
              title={t.columns.outcome}
              values={data.outcomes}
              filter="outcome"
              range={range}
              show={(value) => <OutcomeBadge outcome={value} />}
            />
            <TopCard
              title={t.topActions}
              values={data.actions}
              filter="action"
              range={range}
              show={(value) => <ActionBadge action={value} />}
            />
            <TopCard title={t.topActors} values={data.actors} filter="actor" range={range} />
          </div>
          {session.can.verify && <VerifyCard />}
        </>
      )}
    </div>
  );
}
