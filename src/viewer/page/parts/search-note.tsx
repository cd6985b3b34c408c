import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { t } from '../texts.js';
import type { Entries } from './entries.js';

/** Pages that one press of the button looks at. */
const PAGES = 5;

export interface Search {
  readonly isLooking: boolean;
  readonly lookOn: () => void;
}

/** Loads on in bounded steps while a text is looked for: scrolling would not, where few rows have it. */
export function useSearch(search: string, list: Entries): Search {
  const [left, setLeft] = useState(0);
  const { hasMore, isLoadingMore, error, more } = list;
  useEffect(() => setLeft(0), [search]);
  useEffect(() => {
    if (left === 0 || isLoadingMore) return;
    if (!hasMore || error !== null || search === '') return setLeft(0);
    setLeft(left - 1);
    more();
  }, [left, isLoadingMore, hasMore, error, search, more]);
  return { isLooking: left > 0 || isLoadingMore, lookOn: () => setLeft(PAGES) };
}

interface SearchNoteProps {
  readonly search: Search;
  readonly list: Entries;
  readonly found: number;
  /** Of those that are loaded. */
  readonly of: number;
}

/** In how many entries a text was looked for, and what looks in more. */
export function SearchNote({ search: { isLooking, lookOn }, list, found, of }: SearchNoteProps): JSX.Element {
  return (
    <p class="note list-note" role="status">
      {t.searched(found, of, list.hasMore)}{' '}
      {list.hasMore && (
        <button type="button" class="button" disabled={isLooking} onClick={lookOn}>
          {isLooking ? t.looking : t.searchOlder}
        </button>
      )}
    </p>
  );
}
