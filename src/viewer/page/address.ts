import { useCallback, useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';

/** Where the page is, relative to its mount, with the way back and forward. */
export interface Address {
  readonly path: string;
  readonly query: string;
  readonly go: (relative: string, how?: 'replace') => void;
}

interface Shown {
  readonly path: string;
  readonly query: string;
  readonly key: string;
  readonly isReturn: boolean;
}

/** How far each page of the history was scrolled, for the way back. */
const scrolled = new Map<string, number>();
let count = 0;

/** @param base of the mount, with its slash at the end */
export function useAddress(base: URL): Address {
  const [shown, setShown] = useState<Shown>(() => read(base, false));
  const current = useRef(shown);
  current.current = shown;

  const go = useCallback(
    (relative: string, how?: 'replace') => {
      scrolled.set(current.current.key, window.scrollY);
      const url = new URL(relative, base);
      if (how === 'replace') history.replaceState(history.state, '', url);
      else history.pushState({ key: `${Date.now()}.${(count += 1)}` }, '', url);
      setShown(read(base, how === 'replace'));
    },
    [base],
  );

  useEffect(() => {
    history.scrollRestoration = 'manual';
    const onReturn = (): void => {
      scrolled.set(current.current.key, window.scrollY);
      setShown(read(base, true));
    };
    const onClick = (event: MouseEvent): void => {
      const relative = inside(event, base);
      if (relative === undefined) return;
      event.preventDefault();
      go(relative);
    };
    addEventListener('popstate', onReturn);
    document.addEventListener('click', onClick);
    return () => {
      removeEventListener('popstate', onReturn);
      document.removeEventListener('click', onClick);
    };
  }, [base, go]);

  const before = useRef(shown);
  useLayoutEffect(() => {
    const last = before.current;
    before.current = shown;
    if (last.key === shown.key) return;
    if (shown.isReturn) window.scrollTo(0, scrolled.get(shown.key) ?? 0);
    else if (last.path !== shown.path) window.scrollTo(0, 0);
  }, [shown]);

  return { path: shown.path, query: shown.query, go };
}

function read(base: URL, isReturn: boolean): Shown {
  const { pathname, search } = location;
  const path = pathname.startsWith(base.pathname) ? pathname.slice(base.pathname.length) : '';
  const state = history.state as { readonly key?: string } | null; // ours, or of whoever was here before
  return { path, query: search, key: state?.key ?? '', isReturn };
}

/** Where a click leads inside of the viewer; `undefined`: it is the browser's. */
function inside(event: MouseEvent, base: URL): string | undefined {
  if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey)
    return undefined;
  const link = event.target instanceof Element ? event.target.closest('a[href]') : null;
  if (!(link instanceof HTMLAnchorElement) || link.target !== '' || link.hasAttribute('download')) return undefined;
  if (link.origin !== base.origin || !link.pathname.startsWith(base.pathname)) return undefined;
  const path = link.pathname.slice(base.pathname.length);
  if (/\.\w+$/.test(path) && !path.includes('/')) return undefined; // verify.html
  if (link.hash !== '' || path.startsWith('api/')) return undefined;
  return path + link.search;
}
