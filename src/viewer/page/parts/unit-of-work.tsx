import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { AroundAnswer, EntriesAnswer, ShownEntry } from '../../answers.js';
import { e } from '../entry-texts.js';
import { count } from '../fill.js';
import { segment } from '../routes.js';
import { usePlaceHref } from './app.js';
import { useAsk } from './ask.js';
import { useMore } from './more.js';
import { Panel } from './panel.js';
import { Failure, Loading } from './states.js';
import { ToldList } from './told-list.js';

const ROWS = 12;

/** All that happened in the same request, in its order. */
export function UnitOfWork({
  entry,
  group,
}: {
  readonly entry: ShownEntry;
  readonly group: EntriesAnswer | undefined;
}): JSX.Element | null {
  const href = usePlaceHref();
  const entries = group?.entries ?? [];
  const { shown, more } = useMore(entries.length, ROWS);
  if (entry.group === undefined || entries.length < 2) return null;
  const whole = `${count(entries.length)}${group?.next === undefined ? '' : '+'}`;
  return (
    <Panel
      title={e.group}
      note={
        <>
          {e.groupNote.replace('{count}', whole)} ·{' '}
          <a href={href({ view: 'timeline' }, [{ name: 'group', value: entry.group }], entry.tenant)}>{e.allOfGroup}</a>
        </>
      }
    >
      <ToldList entries={entries.slice(0, shown)} current={entry.id} />
      {more}
    </Panel>
  );
}

/** What the chain has before and after it; asked for by whoever wants to see it, since looking leaves an entry. */
export function Around({
  entry,
  question,
}: {
  readonly entry: ShownEntry;
  readonly question: URLSearchParams;
}): JSX.Element {
  const [isOpen, open] = useState(false);
  const asked = new URLSearchParams(question);
  asked.set('each', '5');
  const { data, error, refetch } = useAsk<AroundAnswer>(`entries/${segment(entry.id)}/around`, asked, {
    isEnabled: isOpen,
  });
  return (
    <Panel title={e.around} note={e.aroundNote} name="told-wide">
      {!isOpen ? (
        <button type="button" class="button" onClick={() => open(true)}>
          {e.showAround}
        </button>
      ) : error ? (
        <Failure error={error} retry={() => void refetch()} />
      ) : data === undefined ? (
        <Loading lines={5} />
      ) : (
        <ToldList entries={[...data.before, data.entry, ...data.after]} current={entry.id} />
      )}
    </Panel>
  );
}
