import type { JSX } from 'preact';
import type { ShownEntry } from '../../answers.js';
import { e } from '../entry-texts.js';
import { gapOf, LONG_GAP, spanText } from '../explain.js';
import { zoneText } from '../time.js';
import { useApp } from './app.js';
import { Moment } from './moment.js';
import { Fact, Panel } from './panel.js';

/** When it happened, and when it was sealed, where that is far from it. */
export function WhenCard({ entry }: { readonly entry: ShownEntry }): JSX.Element {
  const { zone } = useApp();
  const gap = gapOf(entry);
  return (
    <Panel title={e.when}>
      <dl class="facts">
        <Fact name={e.occurred}>
          <Moment at={entry.occurredAt} />
        </Fact>
        <Fact name={e.sealed}>
          <Moment at={entry.sealedAt} />
        </Fact>
        {gap !== undefined && (gap > LONG_GAP || gap < 0) && (
          <Fact name={e.gap}>
            <span class="badge badge-warn">{(gap < 0 ? '−' : '') + spanText(Math.abs(gap))}</span>
          </Fact>
        )}
        {entry.durationMs !== undefined && <Fact name={e.took}>{spanText(entry.durationMs)}</Fact>}
        <Fact name={e.zone}>{zoneText(zone, Date.parse(entry.occurredAt) || 0)}</Fact>
      </dl>
    </Panel>
  );
}
