import type { JSX } from 'preact';
import { useCallback, useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { ShownEntry } from '../../answers.js';
import { isOwnRead } from '../own-reads.js';
import { has } from '../summary.js';
import { t } from '../texts.js';
import { useApp } from './app.js';
import type { Column } from './cells.js';
import { useEntries } from './entries.js';
import { EntryTable } from './entry-table.js';
import type { GoOn } from './last-list.js';
import { ListEnd } from './list-end.js';
import { NothingFound } from './nothing-found.js';
import { ReadsChip } from './reads-chip.js';
import { SealCount, useSealSwitch } from './seal-marks.js';
import { useSeals } from './seals.js';
import { SearchNote, useSearch } from './search-note.js';
import { Failure, Loading } from './states.js';
import type { TailControl } from './tail-switch.js';
import { useTail } from './tail.js';

interface EntryListProps {
  /** Below `api/`. */
  readonly path: string;
  readonly question: URLSearchParams;
  readonly columns: readonly Column[];
  readonly tail?: TailControl;
  /** Reads of the log itself are not shown. */
  readonly leavesOutReads?: boolean;
}

/** Reads of the log that are passed over for a hundred other entries, without being asked for more. */
const PATIENCE = 2_000;

/** Entries of a question, with those that come in while it is looked at. */
export function EntryList({ path, question, columns, tail, leavesOutReads = false }: EntryListProps): JSX.Element {
  const { where } = useApp();
  const list = useEntries(path, question);
  const arrivals = useArrivals(list.entries, question, tail, !list.isLoading, leavesOutReads);
  const { isNew, waiting, release } = arrivals;
  const entries = useMemo(
    () => (leavesOutReads ? arrivals.entries.filter((entry) => !isOwnRead(entry)) : arrivals.entries),
    [arrivals.entries, leavesOutReads],
  );
  const hidden = arrivals.entries.length - entries.length;
  const isMuch = hidden > PATIENCE * (1 + entries.length / 100);
  const search = where.search.toLowerCase();
  const { isOn, isOnlyBad, set } = useSealSwitch();
  const seals = useSeals(entries, isOn);
  const { marks } = seals;
  const isShown = useCallback(
    (entry: ShownEntry) =>
      (search === '' || has(entry, search)) &&
      (!isOnlyBad || marks.get(entry) === 'differs') &&
      !(leavesOutReads && isOwnRead(entry)),
    [search, isOnlyBad, marks, leavesOutReads],
  );
  const shown = useMemo(
    () => (search === '' && !isOnlyBad ? entries : entries.filter(isShown)),
    [entries, search, isOnlyBad, isShown],
  );
  const looking = useSearch(search, list);
  const latest = useRef(list);
  latest.current = list;
  const isStopped = list.stoppedAt !== undefined || list.error !== null;
  // What is filtered here has its end in sight at once: then it goes on when it is told to.
  const isPart = search !== '' || isOnlyBad;
  const more = useCallback(() => {
    if (!isStopped && !isPart) latest.current.more();
    // A page of what is left out brings the end no further away: it is come to again.
  }, [isStopped, isPart, !isPart && !isMuch && hidden]);
  const goOn = useMemo(
    (): GoOn => ({
      load: async () => {
        const { entries: all, hasMore } = await latest.current.load();
        return { entries: all.filter(isShown), hasMore };
      },
      keep: () => latest.current.keep(),
    }),
    [isShown],
  );

  if (list.isLoading) return <Loading lines={14} />;
  if (list.error !== null && list.entries.length === 0) return <Failure error={list.error} retry={list.again} />;
  if (shown.length === 0 && !list.hasMore && !isOnlyBad)
    return <NothingFound looked={search === '' ? 0 : entries.length} hidden={hidden} />;
  return (
    <div class="list-outer">
      {waiting > 0 && (
        <button type="button" class="button button-primary list-waiting" onClick={release}>
          {t.newEntries(waiting)}
        </button>
      )}
      {isOn && (
        <SealCount
          rows={entries}
          seals={seals}
          only={{ isOn: isOnlyBad, toggle: () => set(isOnlyBad ? 'on' : 'differs') }}
        />
      )}
      {search !== '' && <SearchNote search={looking} list={list} found={shown.length} of={entries.length} />}
      <ReadsChip hidden={hidden} />
      <EntryTable
        entries={shown}
        columns={columns}
        caption={t.timeline}
        marks={isOn ? marks : undefined}
        isNew={isNew}
        goOn={list.hasMore && !isOnlyBad ? goOn : undefined}
        onEnd={more}
      >
        <ListEnd list={list} shown={shown.length} isMuch={isMuch} />
      </EntryTable>
    </div>
  );
}

interface Arrivals {
  readonly entries: readonly ShownEntry[];
  readonly isNew: (entry: ShownEntry) => boolean;
  /** Came in while the list was scrolled, and would move what is read. */
  readonly waiting: number;
  readonly release: () => void;
}

/** From the top a list is scrolled as soon as its first row moved. */
const TOP = 40;

function useArrivals(
  loaded: readonly ShownEntry[],
  question: URLSearchParams,
  tail: TailControl | undefined,
  isReady: boolean,
  leavesOut: boolean,
): Arrivals {
  const after = useMemo(() => (loaded.length === 0 ? undefined : Math.max(...loaded.slice(0, 100).map(({ seq }) => seq))), [loaded]); // prettier-ignore
  const asked = useMemo(() => {
    const tailed = new URLSearchParams(question);
    tailed.delete('order');
    return tailed;
  }, [question]);
  const { state, entries: all } = useTail(tail?.isOn && isReady ? asked : undefined, after);
  const arrived = useMemo(() => (leavesOut ? all.filter((entry) => !isOwnRead(entry)) : all), [all, leavesOut]);
  const [held, setHeld] = useState(0);
  const { setState, setTenants } = tail ?? {};
  useEffect(() => setState?.(state), [state, setState]);
  useEffect(() => setTenants?.(loaded), [loaded, setTenants]);

  // Whoever reads further down is not moved.
  useEffect(() => {
    if (window.scrollY <= TOP) setHeld(arrived.length);
  }, [arrived]);
  useEffect(() => {
    const onScroll = (): void => {
      if (window.scrollY <= TOP) setHeld(arrived.length);
    };
    addEventListener('scroll', onScroll, { passive: true });
    return () => removeEventListener('scroll', onScroll);
  }, [arrived]);

  const count = Math.min(held, arrived.length);
  const entries = useMemo(() => {
    const fresh = arrived.slice(arrived.length - count);
    if (fresh.length === 0) return loaded;
    const known = new Set(fresh.map(({ tenant, id }) => `${tenant}\n${id}`));
    return [...fresh, ...loaded.filter(({ tenant, id }) => !known.has(`${tenant}\n${id}`))];
  }, [arrived, count, loaded]);
  const news = useMemo(() => new Set(arrived), [arrived]);
  return {
    entries,
    isNew: useCallback((entry: ShownEntry) => news.has(entry), [news]),
    waiting: arrived.length - count,
    release: () => {
      setHeld(arrived.length);
      window.scrollTo(0, 0);
    },
  };
}
