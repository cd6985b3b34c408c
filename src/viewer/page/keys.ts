import { useEffect, useRef } from 'preact/hooks';

/** What a key does, by its name in `KeyboardEvent.key`; `true`: it did nothing, and the browser may. */
export type Keys = Readonly<Record<string, (() => void | boolean) | undefined>>;

const WRITING =
  'input:not([type=checkbox], [type=radio], [type=button]), textarea, select, [contenteditable], dialog, .popover';

/** Keys of a view, while it is shown; not while somebody writes, or holds a modifier. */
export function useKeys(keys: Keys): void {
  const latest = useRef(keys);
  latest.current = keys;
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
      const target = event.composedPath()[0];
      if (target instanceof Element && target.closest(WRITING)) return;
      if (document.querySelector('dialog[open]')) return;
      // On a link or a button these are its own.
      if ((event.key === 'Enter' || event.key === ' ') && target instanceof Element && target.closest('a, button, summary')) return; // prettier-ignore
      const act = latest.current[event.key];
      if (act === undefined || act() === true) return;
      event.preventDefault();
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, []);
}
