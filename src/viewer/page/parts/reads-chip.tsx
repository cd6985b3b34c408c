import type { JSX } from 'preact';
import { t } from '../texts.js';
import { useApp } from './app.js';

/** That the list leaves out reads of the log itself, and how many; and the way to have them, and back. */
export function ReadsChip({ hidden }: { readonly hidden: number }): JSX.Element | null {
  const { where, go, isEmbedded } = useApp();
  const { reads, ...others } = where.more;
  if (isEmbedded || (hidden === 0 && reads !== '1')) return null;
  return (
    <p class="reads-chip">
      {hidden > 0 ? t.readsHidden(hidden) : t.readsShown}
      <button
        type="button"
        class="reads-switch"
        onClick={() => go({ ...where, more: hidden > 0 ? { ...others, reads: '1' } : others }, 'replace')}
      >
        {hidden > 0 ? t.show : t.leaveOut}
      </button>
    </p>
  );
}
