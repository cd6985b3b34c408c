import type { JSX } from 'preact';
import { t } from '../texts.js';
import { useApp } from './app.js';
import { Empty } from './states.js';

interface NothingFoundProps {
  /** Entries in which a text was looked for, which are all that there are. */
  readonly looked: number;
  /** Reads of the log itself that were left out. */
  readonly hidden: number;
}

/** No entry: what to change so that there is one. */
export function NothingFound({ looked, hidden }: NothingFoundProps): JSX.Element {
  const { session, where, go } = useApp();
  if (looked > 0)
    return (
      <Empty title={t.noneSearched}>
        <p>{t.noneSearchedText(looked)}</p>
        <button type="button" class="button" onClick={() => go({ ...where, search: '' })}>
          {t.clear}
        </button>
      </Empty>
    );
  if (hidden > 0)
    return (
      <Empty title={t.noneButReads}>
        <p>{t.noneButReadsText}</p>
        <button type="button" class="button" onClick={() => go({ ...where, more: { ...where.more, reads: '1' } })}>
          {t.show}
        </button>
      </Empty>
    );
  const isFiltered = where.conditions.length > 0 || Object.keys(where.range).length > 0;
  if (isFiltered)
    return (
      <Empty title={t.noneFound}>
        <p>{t.noneFoundText}</p>
        <button type="button" class="button" onClick={() => go({ ...where, conditions: [], range: {}, search: '' })}>
          {t.clearAll}
        </button>
      </Empty>
    );
  return (
    <Empty title={t.noneYet}>
      <p>{session.tenants === 'all' && where.tenant !== undefined ? t.noneOfTenant : t.noneYetText}</p>
      {session.tenants === 'all' && where.tenant !== undefined && (
        <button type="button" class="button" onClick={() => go({ ...where, tenant: undefined })}>
          {t.allTenants}
        </button>
      )}
    </Empty>
  );
}
