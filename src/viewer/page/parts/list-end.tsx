import type { JSX } from 'preact';
import { t } from '../texts.js';
import type { Entries } from './entries.js';
import { Moment } from './moment.js';
import { Failure } from './states.js';

interface ListEndProps {
  readonly list: Entries;
  readonly shown: number;
  /** So much was left out that it goes on only when it is asked. */
  readonly isMuch: boolean;
}

/** What stands below the last row: whether there is more, and why it is not shown. */
export function ListEnd({ list, shown, isMuch }: ListEndProps): JSX.Element | null {
  if (list.error !== null)
    return <Failure error={list.error} retry={list.entries.length > 0 ? list.more : list.again} />;
  if (list.stoppedAt !== undefined && list.hasMore)
    return (
      <div class="list-end list-stopped">
        <span>
          {t.stopped} <Moment at={list.stoppedAt} />
          {t.stoppedFound(list.entries.length)}
        </span>
        <button type="button" class="button" disabled={list.isLoadingMore} onClick={list.more}>
          {list.isLoadingMore ? t.looking : t.goOn}
        </button>
      </div>
    );
  if (list.isLoadingMore)
    return (
      <p class="list-end" role="status">
        {t.loadingMore}
      </p>
    );
  if (list.hasMore && isMuch)
    return (
      <div class="list-end list-stopped">
        <span>{t.muchLeftOut}</span>
        <button type="button" class="button" onClick={list.more}>
          {t.goOn}
        </button>
      </div>
    );
  if (list.hasMore || shown === 0) return null;
  return <p class="list-end">{t.allShown}</p>;
}
