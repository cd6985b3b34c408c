import type { JSX } from 'preact';
import { useEffect, useMemo } from 'preact/hooks';
import type { EntriesAnswer, ShownEntry } from '../../answers.js';
import { a } from '../entry-texts.js';
import { count } from '../fill.js';
import { tally } from '../week.js';
import { useApp, usePlaceHref } from '../parts/app.js';
import { useAsk } from '../parts/ask.js';
import { useEntries } from '../parts/entries.js';
import { HeatMap } from '../parts/heat-map.js';
import { useMore } from '../parts/more.js';
import { Panel } from '../parts/panel.js';
import { Failure, Loading } from '../parts/states.js';
import { Tally } from '../parts/tally.js';
import { Text } from '../parts/text.js';
import { ToldList } from '../parts/told-list.js';
import { tenantOf, type Condition } from '../routes.js';
import { word } from '../sentence-actor.js';

/** Entries of which hours and counts are made. */
const ENOUGH = 500;
const ROWS = 15;

/** One actor: what they did, what failed, when, and from where. */
export function ActorView({ id }: { readonly id: string }): JSX.Element {
  const { where } = useApp();
  const href = usePlaceHref();
  const question = tenantOf(where);
  question.set('actor', id);
  const list = useEntries('entries', question);
  const { entries, hasMore, isLoadingMore, more } = list;
  useEffect(() => {
    if (hasMore && !isLoadingMore && entries.length < ENOUGH && list.stoppedAt === undefined) more();
  }, [hasMore, isLoadingMore, entries.length, more, list.stoppedAt]);
  const of = (name: string): (string | undefined)[] => entries.map(({ actor }) => word(actor?.[name]));
  const actor: Condition = { name: 'actor', value: id };
  const note = a.ofLoaded.replace('{count}', count(entries.length));
  if (list.isLoading) return <Loading lines={12} />;
  if (list.error && entries.length === 0) return <Failure error={list.error} retry={list.again} isPage />;
  return (
    <article class="entry">
      <header class="entry-head">
        <h1>
          <Text of={id} limit={200} />
        </h1>
        <KnownAs entries={entries} id={id} />
      </header>
      {entries.length === 0 ? (
        <p class="note">{a.nothing}</p>
      ) : (
        <div class="entry-columns">
          <div class="entry-main">
            <HeatMap entries={entries} />
            <Failures question={question} conditions={[actor, { name: 'failures', value: 'true' }]} />
            <Recent entries={entries} conditions={[actor]} />
          </div>
          <div class="entry-aside">
            <Tally
              title={a.addresses}
              note={note}
              values={of('ip')}
              href={(value) => href({ view: 'timeline' }, [actor, { name: 'address', value }])}
            />
            <Tally
              title={a.actions}
              values={entries.map(({ action }) => action)}
              href={(value) => href({ view: 'timeline' }, [actor, { name: 'action', value }])}
            />
            <Tally
              title={a.resources}
              values={entries.map(({ resource }) => resource?.type)}
              href={(value) => href({ view: 'timeline' }, [actor, { name: 'resource', value }])}
            />
            <Tally title={a.onBehalf} values={of('onBehalfOf')} href={(value) => href({ view: 'actor', id: value })} />
          </div>
        </div>
      )}
    </article>
  );
}

/** By what else the entries call whoever has this id. */
function KnownAs({ entries, id }: { readonly entries: readonly ShownEntry[]; readonly id: string }): JSX.Element {
  const { where, href } = useApp();
  const names = useMemo(
    () => ['email', 'name', 'type', 'role'].flatMap((name) => tally(entries.map(({ actor }) => word(actor?.[name])), 3).map(([value]) => value)), // prettier-ignore
    [entries],
  );
  const list = href({ ...where, place: { view: 'timeline' }, conditions: [{ name: 'actor', value: id }], more: {} });
  return (
    <p class="dim">
      {names.map((name) => (
        <span key={name}>
          <Text of={name} limit={120} /> ·{' '}
        </span>
      ))}
      <a href={list}>{a.asList}</a>
    </p>
  );
}

interface FailuresProps {
  readonly question: URLSearchParams;
  readonly conditions: readonly Condition[];
}

function Failures({ question, conditions }: FailuresProps): JSX.Element {
  const href = usePlaceHref();
  const asked = new URLSearchParams(question);
  asked.set('failures', 'true');
  asked.set('limit', '10');
  const { data, error, refetch } = useAsk<EntriesAnswer>('entries', asked);
  return (
    <Panel title={a.failures} note={<a href={href({ view: 'timeline' }, conditions)}>{a.asList}</a>} name="told-wide">
      {error ? (
        <Failure error={error} retry={refetch} />
      ) : data === undefined ? (
        <Loading lines={3} />
      ) : data.entries.length === 0 ? (
        <p class="dim">{a.noFailures}</p>
      ) : (
        <ToldList entries={data.entries} isActorKnown />
      )}
    </Panel>
  );
}

function Recent({
  entries,
  conditions,
}: {
  readonly entries: readonly ShownEntry[];
  readonly conditions: readonly Condition[];
}): JSX.Element {
  const href = usePlaceHref();
  const { shown, more } = useMore(entries.length, ROWS);
  return (
    <Panel title={a.recent} note={<a href={href({ view: 'timeline' }, conditions)}>{a.asList}</a>} name="told-wide">
      <ToldList entries={entries.slice(0, shown)} isActorKnown />
      {more}
    </Panel>
  );
}
