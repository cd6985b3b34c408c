import type { JSX } from 'preact';
import { useMemo } from 'preact/hooks';
import type { ShownEntry } from '../../answers.js';
import { a } from '../entry-texts.js';
import { count } from '../fill.js';
import { heatOf, hoursOf } from '../week.js';
import { useApp } from './app.js';
import { Panel } from './panel.js';

const [LEFT, TOP, STEP, CELL] = [30, 14, 20, 18];

/** At which hours of which days somebody acts, as a picture, and as the table that it is. */
export function HeatMap({ entries }: { readonly entries: readonly ShownEntry[] }): JSX.Element {
  const { zone } = useApp();
  const week = useMemo(() => hoursOf(entries.map(({ occurredAt }) => occurredAt), zone), [entries, zone]); // prettier-ignore
  const most = Math.max(...week.flat());
  const note = a.patternNote.replace('{zone}', zone).replace('{count}', count(entries.length));
  const said = (day: number, hour: number, n: number): string =>
    a.entriesAt.replace('{day}', a.days[day] ?? '').replace('{hour}', String(hour).padStart(2, '0')).replace('{count}', count(n)); // prettier-ignore
  return (
    <Panel title={a.pattern} note={note}>
      <svg
        class="heat"
        viewBox={`0 0 ${LEFT + 24 * STEP} ${TOP + 7 * STEP}`}
        role="img"
        aria-label={`${a.pattern}, ${note}. ${a.most.replace('{count}', count(most))}`}
      >
        {Array.from({ length: 8 }, (_, at) => (
          <text key={at} x={LEFT + at * 3 * STEP} y={9}>
            {String(at * 3).padStart(2, '0')}
          </text>
        ))}
        {week.map((day, at) => (
          <g key={at}>
            <text x={0} y={TOP + at * STEP + 13}>
              {a.days[at]}
            </text>
            {day.map((n, hour) => (
              <rect
                key={hour}
                class={`heat-${heatOf(n, most)}`}
                x={LEFT + hour * STEP}
                y={TOP + at * STEP}
                width={CELL}
                height={CELL}
                rx={4}
              >
                <title>{said(at, hour, n)}</title>
              </rect>
            ))}
          </g>
        ))}
      </svg>
      <details class="rest">
        <summary>{a.table}</summary>
        <div class="heat-scroll" tabIndex={0} role="region" aria-label={a.table}>
          <table class="heat-table">
            <thead>
              <tr>
                <th scope="col">{a.day}</th>
                {week[0]?.map((_, hour) => (
                  <th key={hour} scope="col">
                    {hour}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {week.map((day, at) => (
                <tr key={at}>
                  <th scope="row">{a.days[at]}</th>
                  {day.map((n, hour) => (
                    <td key={hour}>{n === 0 ? '' : count(n)}</td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </details>
    </Panel>
  );
}
