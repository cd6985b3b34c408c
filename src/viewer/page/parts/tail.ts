import { useEffect, useRef, useState } from 'preact/hooks';
import type { ShownEntry } from '../../answers.js';
import { useApp } from './app.js';

export type TailState = 'off' | 'opening' | 'live' | 'again' | 'stopped';

export interface Tail {
  readonly state: TailState;
  /** The newest first; since it was switched on. */
  readonly entries: readonly ShownEntry[];
}

/** Milliseconds: many entries at once are drawn at once. */
const PACE = 250;

/**
 * Entries as they are sealed. The browser reconnects by itself, and names the last that it got, so nothing is left out.
 * @param question `undefined`: off
 * @param after the place in the chain of the newest entry that is there already
 */
export function useTail(question: URLSearchParams | undefined, after: number | undefined): Tail {
  const { api } = useApp();
  const [state, setState] = useState<TailState>('off');
  const [entries, setEntries] = useState<readonly ShownEntry[]>([]);
  const asked = question?.toString();
  const start = useRef(after);
  start.current = after;

  useEffect(() => {
    setEntries([]);
    if (asked === undefined) {
      setState('off');
      return undefined;
    }
    setState('opening');
    const query = new URLSearchParams(asked);
    if (start.current !== undefined) query.set('after', String(start.current));
    const source = new EventSource(api.url('tail', query));
    let arrived: ShownEntry[] = [];
    let timer: ReturnType<typeof setTimeout> | undefined;
    const draw = (): void => {
      timer = undefined;
      const fresh = arrived.toReversed();
      arrived = [];
      setEntries((before) => [...fresh, ...before]);
    };
    source.addEventListener('ready', () => setState('live'));
    source.addEventListener('entry', (event) => {
      setState('live');
      arrived.push(JSON.parse(event.data) as ShownEntry); // as answers.ts has it
      timer ??= setTimeout(draw, PACE);
    });
    source.addEventListener('error', () => setState(source.readyState === EventSource.CLOSED ? 'stopped' : 'again'));
    return () => {
      clearTimeout(timer);
      source.close();
    };
  }, [api, asked]);

  return { state, entries };
}
