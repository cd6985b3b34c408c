import type { JSX } from 'preact';
import { useEffect, useMemo } from 'preact/hooks';
import type { EntriesAnswer, StateAnswer } from '../../answers.js';
import { r } from '../entry-texts.js';
import { count, shorten } from '../fill.js';
import { useApp, usePlaceHref } from '../parts/app.js';
import { useAsk } from '../parts/ask.js';
import { useEntries } from '../parts/entries.js';
import { useMore } from '../parts/more.js';
import { Panel } from '../parts/panel.js';
import { RecordCompare } from '../parts/record-compare.js';
import { RecordState } from '../parts/record-state.js';
import { Doubted, SealCount } from '../parts/seal-marks.js';
import { useSeals, type Marks } from '../parts/seals.js';
import { Failure, Loading } from '../parts/states.js';
import { Text } from '../parts/text.js';
import { ToldList } from '../parts/told-list.js';
import { VersionSlider } from '../parts/version-slider.js';
import { segment, tenantOf } from '../routes.js';
import { idText } from '../sentence.js';
import { placeOf, versionsOf } from '../versions.js';

/** Entries that are loaded without being asked for. */
const ENOUGH = 500;
const ROWS = 25;

/** One record: what it was at any time, who made it so, and who saw it. */
export function RecordView({ type, id }: { readonly type: string; readonly id: string }): JSX.Element {
  const { where, session } = useApp();
  const href = usePlaceHref();
  const path = `records/${segment(type)}/${segment(id)}`;
  const question = tenantOf(where);
  const history = useEntries(`${path}/history`, question);
  const { entries, hasMore, isLoadingMore, more } = history;
  useEffect(() => {
    if (hasMore && !isLoadingMore && entries.length < ENOUGH) more();
  }, [hasMore, isLoadingMore, entries.length, more]);
  const columns = session.models[type];
  const versions = useMemo(() => versionsOf(entries, columns), [entries, columns]);
  const seals = useSeals(entries, true);
  const { marks } = seals;
  const at = placeOf(versions, where.more['at']);
  if (history.isLoading) return <Loading lines={12} />;
  if (history.error && entries.length === 0) return <Failure error={history.error} retry={history.again} isPage />;
  return (
    <article class="page-main">
      <header class="entry-head">
        <h1>
          <Text of={type} limit={200} /> <Text of={shorten(idText(id), 200)} />
        </h1>
        <p class="dim">
          {versions.length === 1 ? r.version : r.versions.replace('{count}', count(versions.length))} ·{' '}
          <a href={href({ view: 'timeline' }, [{ name: 'resource', value: `${type}:${id}` }])}>{r.asList}</a>
        </p>
        {entries.length > 0 && <SealCount rows={entries} seals={seals} />}
        {hasMore && entries.length >= ENOUGH && (
          <p class="note note-warn">
            {r.more.replace('{count}', count(entries.length))}
            <button type="button" class="button" onClick={more}>
              {r.loadMore}
            </button>
          </p>
        )}
      </header>
      {versions.length === 0 ? (
        <p class="note">{r.none}</p>
      ) : (
        <>
          <VersionSlider versions={versions} at={at} marks={marks} />
          <RecordState versions={versions} at={at} marks={marks} isLast={at === versions.length - 1 && !hasMore} />
          <Hidden path={path} question={question} />
          <Doubted is={versions[at] && marks.get(versions[at].entry) === 'differs'}>
            <RecordCompare versions={versions} at={at} columns={columns} />
          </Doubted>
        </>
      )}
      <History entries={history.entries} marks={marks} />
      <Reads path={path} question={question} />
    </article>
  );
}

interface Asked {
  readonly path: string;
  readonly question: URLSearchParams;
}

/** Said by the server alone: what a reader does not see, the page does not know of. */
function Hidden({ path, question }: Asked): JSX.Element | null {
  const { session } = useApp();
  const asked = new URLSearchParams(question);
  asked.set('at', session.now);
  const { data } = useAsk<StateAnswer>(`${path}/state`, asked);
  return data?.incomplete.some(({ why }) => why === 'hidden') ? <p class="note note-warn">{r.incomplete}</p> : null;
}

function History({
  entries,
  marks,
}: {
  readonly entries: EntriesAnswer['entries'];
  readonly marks: Marks;
}): JSX.Element {
  const newest = useMemo(() => entries.toReversed(), [entries]);
  const { shown, more } = useMore(newest.length, ROWS);
  return (
    <Panel title={r.history} note={r.historyNote} name="told-wide">
      <ToldList entries={newest.slice(0, shown)} marks={marks} />
      {more}
    </Panel>
  );
}

function Reads({ path, question }: Asked): JSX.Element {
  const { data, error, refetch } = useAsk<EntriesAnswer>(`${path}/reads`, question);
  return (
    <Panel title={r.reads} note={r.readsNote} name="told-wide">
      {error ? (
        <Failure error={error} retry={refetch} />
      ) : data === undefined ? (
        <Loading lines={3} />
      ) : data.entries.length === 0 ? (
        <p class="dim">{r.noReads}</p>
      ) : (
        <ToldList entries={data.entries} />
      )}
    </Panel>
  );
}
