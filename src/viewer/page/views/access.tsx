import type { JSX } from 'preact';
import { useMemo } from 'preact/hooks';
import { t } from '../texts.js';
import { useApp } from '../parts/app.js';
import { columnsOf } from '../parts/cells.js';
import { CopyLink } from '../parts/copy-link.js';
import { questionNow } from '../parts/entries.js';
import { EntryList } from '../parts/entry-list.js';
import { FilterBar } from '../parts/filter-bar.js';
import { ListMenu } from '../parts/list-menu.js';
import { RangeMenu } from '../parts/range-menu.js';
import { SealSwitch } from '../parts/seal-marks.js';
import { ACCESS_EVENTS } from '../../../event/access.js';
import type { Known } from '../suggest.js';

const USUAL = ['action', 'point', 'direction', 'subject', 'vehicle', 'method', 'evidence'];
const KNOWN: Known = {
  action: ACCESS_EVENTS.map((event) => ({ value: `access.${event}` })),
  outcome: [{ value: 'success' }, { value: 'denied' }],
};

/** Who and what came and went at doors, gates and barriers. */
export function Access(): JSX.Element {
  const { where } = useApp();
  const question = useMemo(() => questionNow(where), [where]);
  const columns = useMemo(() => columnsOf(where.columns ?? USUAL), [where.columns]);
  return (
    <div class="timeline access">
      <div class="bar">
        <div class="bar-head">
          <h1>{t.access}</h1>
          <span class="bar-count">{t.accessText}</span>
          <div class="bar-tools">
            <SealSwitch />
            <ListMenu columns={columns} usual={USUAL} />
            <CopyLink />
          </div>
        </div>
        <div class="bar-filter">
          <FilterBar known={KNOWN} hint={t.filterHintAccess} />
          <RangeMenu />
        </div>
      </div>
      <EntryList path="access" question={question} columns={columns} />
    </div>
  );
}
