import type { JSX } from 'preact';
import { useMemo, useState } from 'preact/hooks';
import type { CountAnswer, FacetsAnswer } from '../../answers.js';
import { useKeys } from '../keys.js';
import { leavesOutReads } from '../own-reads.js';
import { t } from '../texts.js';
import { useApp } from '../parts/app.js';
import { useAsk } from '../parts/ask.js';
import { columnsOf } from '../parts/cells.js';
import { CopyLink } from '../parts/copy-link.js';
import { questionNow } from '../parts/entries.js';
import { ExportMenu } from '../parts/export-menu.js';
import { Facets } from '../parts/facets.js';
import { FilterBar } from '../parts/filter-bar.js';
import { FilterForm } from '../parts/filter-form.js';
import { EntryList } from '../parts/entry-list.js';
import { ListMenu } from '../parts/list-menu.js';
import { RangeMenu } from '../parts/range-menu.js';
import { SealSwitch } from '../parts/seal-marks.js';
import { TailSwitch, useTailSwitch } from '../parts/tail-switch.js';
import { knownValues } from '../suggest.js';

const USUAL = ['actor', 'action', 'resource', 'outcome', 'change'];
const ACROSS = ['tenant', ...USUAL];

/** What happened, the newest first. */
export function Timeline(): JSX.Element {
  const { session, where } = useApp();
  const question = useMemo(() => questionNow(where), [where]);
  const [hasFacets, setFacets] = useState(() => matchMedia('(width > 1180px)').matches);
  const count = useAsk<CountAnswer>('count', countedOf(question));
  const facets = useAsk<FacetsAnswer>('facets', countedOf(question));
  const tail = useTailSwitch();
  useKeys({ f: () => setFacets(!hasFacets), t: tail.toggle });
  const marks = useMemo(
    () => [...new Set(Object.values(session.actions).flatMap((action) => action.marks ?? []))].sort(),
    [session],
  );
  const known = useMemo(() => knownValues(facets.data, marks), [facets.data, marks]);
  const usual = where.tenant === undefined ? ACROSS : USUAL;
  const columns = useMemo(() => columnsOf(where.columns ?? usual), [where.columns, usual]);
  return (
    <div class={`timeline${hasFacets ? ' timeline-facets' : ''}`}>
      <div class="bar">
        <div class="bar-head">
          <h1>{t.timeline}</h1>
          <span class="bar-count number" aria-live="polite">
            {count.data ? t.entriesFound(count.data) : ''}
          </span>
          <div class="bar-tools">
            <SealSwitch />
            {session.can.tail && <TailSwitch tail={tail} />}
            <button
              type="button"
              class="button button-quiet"
              aria-expanded={hasFacets}
              aria-keyshortcuts="f"
              onClick={() => setFacets(!hasFacets)}
            >
              {t.counts}
            </button>
            <ListMenu columns={columns} usual={usual} />
            <CopyLink />
            {session.can.export && <ExportMenu question={countedOf(question)} count={count.data} />}
          </div>
        </div>
        <div class="bar-filter">
          <FilterBar known={known} />
          <RangeMenu />
          <FilterForm known={known} />
        </div>
      </div>
      <div class="timeline-body">
        {hasFacets && <Facets facets={facets.data} error={facets.error} retry={facets.refetch} />}
        <EntryList
          path="entries"
          question={question}
          columns={columns}
          tail={tail}
          leavesOutReads={leavesOutReads(where)}
        />
      </div>
    </div>
  );
}

/** The filter without its order, which changes no count. */
function countedOf(question: URLSearchParams): URLSearchParams {
  const counted = new URLSearchParams(question);
  counted.delete('order');
  return counted;
}
