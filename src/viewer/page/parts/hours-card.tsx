import type { JSX } from 'preact';
import { useMemo, useState } from 'preact/hooks';
import type { OverviewAnswer } from '../../answers.js';
import { barsOf, stepOf, type Bar } from '../hours.js';
import { moveTo } from '../routes.js';
import { t } from '../texts.js';
import { wallTime } from '../time.js';
import { useApp } from './app.js';
import { Chart } from './chart.js';

interface HoursCardProps {
  readonly overview: OverviewAnswer;
  readonly hours: number;
}

/** How many entries there were when. */
export function HoursCard({ overview, hours }: HoursCardProps): JSX.Element {
  const { where, zone, href, go } = useApp();
  const [hovered, setHovered] = useState<Bar>();
  const bars = useMemo(() => barsOf(overview.hours, hours, Date.now()), [overview, hours]);
  const step = stepOf(hours);
  const there = ({ at }: Bar): Parameters<typeof go>[0] => ({ ...moveTo(where, { view: 'timeline' }), range: { from: new Date(at).toISOString(), to: new Date(at + step).toISOString() } }); // prettier-ignore
  const sum = bars.reduce((all, { count, failed }) => ({ count: all.count + count, failed: all.failed + failed }), { count: 0, failed: 0 }); // prettier-ignore
  return (
    <section class="card card-wide">
      <div class="card-head">
        <h2>{t.perHour(step / 3_600_000)}</h2>
        <p class="chart-said number">
          {hovered ? (
            <>
              {wallText(hovered.at, zone)} · {t.barSaid(hovered.count, hovered.failed)}
            </>
          ) : (
            <>
              <span class="key key-all" aria-hidden="true" /> {t.barAll(sum.count, overview.isExact)}
              <span class="key key-failed" aria-hidden="true" /> {t.barFailed(sum.failed)}
            </>
          )}
        </p>
      </div>
      <div class="card-body">
        <Chart bars={bars} zone={zone} onHover={setHovered} onPick={(bar) => go(there(bar))} />
        {!overview.isExact && <p class="aside">{t.notAllHours}</p>}
        <details class="behind">
          <summary>{t.asTable}</summary>
          <div class="behind-table" tabIndex={0}>
            <table class="plain">
              <caption class="unseen">{t.chart}</caption>
              <thead>
                <tr>
                  <th scope="col">{`${t.columns.time} (${zone})`}</th>
                  <th scope="col">{t.entries}</th>
                  <th scope="col">{t.failed}</th>
                </tr>
              </thead>
              <tbody>
                {bars
                  .filter(({ count }) => count > 0)
                  .toReversed()
                  .map((bar) => (
                    <tr key={bar.at}>
                      <td>
                        <a href={href(there(bar))}>{wallText(bar.at, zone)}</a>
                      </td>
                      <td class="number">{bar.count.toLocaleString('en')}</td>
                      <td class="number">{bar.failed.toLocaleString('en')}</td>
                    </tr>
                  ))}
              </tbody>
            </table>
          </div>
        </details>
      </div>
    </section>
  );
}

function wallText(at: number, zone: string): string {
  const wall = wallTime(at, zone);
  return wall ? `${wall.date} ${wall.time.slice(0, 5)}` : '';
}
