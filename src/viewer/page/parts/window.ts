import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';

/** Rows beyond what is seen, on either side. */
const BEYOND = 12;
/** The rows that are there change in steps: most scrolling changes nothing. */
const STEP = 6;

export interface RowWindow {
  readonly first: number;
  /** Behind the last. */
  readonly end: number;
  /** Pixels of one row. */
  readonly height: number;
}

/**
 * Which rows of a long list are in the document: those that are seen, and some more. All rows are of one height, which is measured.
 * @param body their `<tbody>`, whose rows have the class `row`
 */
export function useWindow(count: number, isWhole: boolean): [RowWindow, { current: HTMLTableSectionElement | null }] {
  const body = useRef<HTMLTableSectionElement>(null);
  const [height, setHeight] = useState(40);
  const [first, setFirst] = useState(0);
  const [seen, setSeen] = useState(30);

  useLayoutEffect(() => {
    const row = body.current?.querySelector('.row');
    const measured = row?.getBoundingClientRect().height ?? 0;
    if (measured > 8 && Math.abs(measured - height) > 0.5) setHeight(measured);
  });

  useEffect(() => {
    let frame = 0;
    const look = (): void => {
      frame = 0;
      if (body.current === null) return;
      const top = Math.max(0, -body.current.getBoundingClientRect().top);
      setFirst(Math.max(0, Math.floor(top / height / STEP) * STEP - BEYOND));
      setSeen(Math.ceil(window.innerHeight / height) + STEP);
    };
    const soon = (): void => {
      frame ||= requestAnimationFrame(look);
    };
    look();
    // Whatever is scrolled around it: such an event does not bubble, but it is captured.
    document.addEventListener('scroll', soon, { passive: true, capture: true });
    addEventListener('resize', soon);
    return () => {
      cancelAnimationFrame(frame);
      document.removeEventListener('scroll', soon, { capture: true });
      removeEventListener('resize', soon);
    };
  }, [height, count === 0]);

  if (isWhole) return [{ first: 0, end: count, height }, body];
  const from = Math.min(first, Math.max(0, count - seen));
  return [{ first: from, end: Math.min(count, first + seen + 2 * BEYOND), height }, body];
}
