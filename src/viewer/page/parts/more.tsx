import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { count } from '../fill.js';
import { e } from '../entry-texts.js';
import { useApp } from './app.js';

/** How many of a long list are shown, and the button for more. What is printed is bounded too. */
export function useMore(of: number, step: number): { readonly shown: number; readonly more: JSX.Element | null } {
  const { isPrinting } = useApp();
  const [most, setMost] = useState(step);
  const shown = Math.min(of, isPrinting ? most * 4 : most);
  if (shown >= of) return { shown, more: null };
  const more = (
    <button type="button" class="more" onClick={() => setMost(most + step * 4)}>
      {e.more.replace('{count}', count(Math.min(of - shown, step * 4)))}
      {of - shown > step * 4 && <span class="dim"> / {count(of - shown)}</span>}
    </button>
  );
  return { shown, more };
}
