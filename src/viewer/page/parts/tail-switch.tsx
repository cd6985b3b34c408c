import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { ShownEntry } from '../../answers.js';
import { t } from '../texts.js';
import { useApp } from './app.js';
import type { TailState } from './tail.js';

/** Whether new entries come in by themselves, and how that goes. */
export interface TailControl {
  readonly isOn: boolean;
  readonly state: TailState;
  readonly setState: (state: TailState) => void;
  readonly toggle: () => void;
  /** It follows one chain, and all tenants are looked at. */
  readonly needsTenant: boolean;
  /** Tenants of what is loaded. */
  readonly setTenants: (entries: readonly ShownEntry[]) => void;
}

export function useTailSwitch(): TailControl {
  const { session, where, go } = useApp();
  const [isWanted, setWanted] = useState(false);
  const [state, setState] = useState<TailState>('off');
  const [tenants, setTenants] = useState<ReadonlySet<string>>(new Set());
  const isOn = isWanted && where.tenant !== undefined;
  const toggle = (): void => {
    if (!session.can.tail) return;
    setWanted(!isWanted);
    if (isWanted) return;
    // What is to come is at the top, and not before now; of one chain, which it is where all that is seen is of one.
    const { to: _, ...range } = where.range;
    const [only] = tenants;
    const tenant = where.tenant === undefined && tenants.size === 1 ? only : where.tenant;
    if (where.order === 'oldest' || where.range.to !== undefined || tenant !== where.tenant)
      go({ ...where, range, order: 'newest', tenant });
  };
  return {
    isOn,
    state,
    setState,
    toggle,
    needsTenant: isWanted && where.tenant === undefined,
    setTenants: (entries) => {
      const found = new Set(entries.slice(0, 500).map(({ tenant }) => tenant));
      if (found.size !== tenants.size || [...found].some((each) => !tenants.has(each))) setTenants(found);
    },
  };
}

export function TailSwitch({ tail }: { readonly tail: TailControl }): JSX.Element {
  const said = tail.needsTenant ? t.tailNeedsTenant : tail.isOn ? t.tailStates[tail.state] : '';
  return (
    <>
      <span class={`tail-said${tail.state === 'stopped' ? ' tail-stopped' : ''}`} role="status">
        {said}
      </span>
      <button
        type="button"
        class={`button tail-switch tail-${tail.isOn ? tail.state : 'off'}`}
        aria-pressed={tail.isOn}
        aria-keyshortcuts="t"
        onClick={tail.toggle}
      >
        <span class="tail-dot" aria-hidden="true" />
        {t.tail}
      </button>
    </>
  );
}
