import type { ComponentChildren, JSX } from 'preact';
import { visible } from '../../../event/visible.js';
import type { ShownEntry } from '../../answers.js';
import type { Finding } from '../check/finding.js';
import type { StepIs } from '../check/steps.js';
import { m } from '../mark-texts.js';
import { useKeys } from '../keys.js';
import { useApp } from './app.js';
import { tallyOf, type Seals } from './seals.js';
import { Failure } from './states.js';

const TONES: Readonly<Record<StepIs, string>> = { ok: 'ok', differs: 'bad', 'not opened': 'unknown', unchecked: 'unknown' }; // prettier-ignore

/** Of one entry, beside it; nothing where it is not known. */
export function SealMark({ is }: { readonly is: StepIs | undefined }): JSX.Element | null {
  if (is === undefined) return null;
  return (
    <span class={`seal-mark seal-sign-${TONES[is]}`} role="img" aria-label={m.is[is]} title={m.is[is]}>
      {m.signs[is]}
    </span>
  );
}

/** The same in words, where it differs alone. */
export function NotSealed({ is }: { readonly is: StepIs | undefined }): JSX.Element | null {
  return is === 'differs' ? <span class="badge badge-bad">{`${m.signs.differs} ${m.is.differs}`}</span> : null;
}

/** Above everything else that an entry says. */
export function Forged({ finding }: { readonly finding: Finding | undefined }): JSX.Element | null {
  if (finding === undefined) return null;
  const { what, isOpen, isActor, isData } = finding;
  const isOwn = isOpen || isActor || isData;
  return (
    <div class="forged" role="alert">
      <p class="forged-title">
        <span aria-hidden="true">{m.signs.differs}</span>{' '}
        <bdi>
          {visible(isOwn ? m.forged.replace('{what}', () => what) : m.forgedLink.replace('{what}', () => what))}
        </bdi>
      </p>
      <p>{isOwn ? m.forgedText : m.forgedLinkText}</p>
    </div>
  );
}

/** Cards that show what was not sealed so. */
export function Doubted({
  is,
  children,
}: {
  readonly is: boolean | undefined;
  readonly children: ComponentChildren;
}): JSX.Element {
  // prettier-ignore
  return <div class={`doubt${is ? ' doubted' : ''}`}>{children}</div>;
}

/** Whether seals of the list are computed, and whether those alone are shown that do not match: in the address. */
export function useSealSwitch(): {
  readonly isOn: boolean;
  readonly isOnlyBad: boolean;
  readonly set: (to: 'off' | 'on' | 'differs') => void;
} {
  const { where, go } = useApp();
  const { seals, ...more } = where.more;
  const set = (to: 'off' | 'on' | 'differs'): void =>
    go({ ...where, more: to === 'off' ? more : { ...more, seals: to === 'on' ? '1' : to } }, 'replace');
  return { isOn: seals === '1' || seals === 'differs', isOnlyBad: seals === 'differs', set };
}

/** Off at first: what is read for it is told of in the log. */
export function SealSwitch(): JSX.Element {
  const { isOn, set } = useSealSwitch();
  const toggle = (): void => set(isOn ? 'off' : 'on');
  useKeys({ c: toggle });
  return (
    <button
      type="button"
      class="button seal-switch"
      aria-pressed={isOn}
      aria-keyshortcuts="c"
      title={m.switchTitle}
      onClick={toggle}
    >
      {m.switch}
    </button>
  );
}

interface SealCountProps {
  readonly rows: readonly ShownEntry[];
  readonly seals: Seals;
  /** What shows those alone that do not match, or all again. */
  readonly only?: { readonly isOn: boolean; readonly toggle: () => void };
}

/** What the seals of a list say together. */
export function SealCount({ rows, seals: { marks, error }, only }: SealCountProps): JSX.Element {
  if (error !== undefined) return <Failure error={error} />;
  const { differs, waiting, ok, ...rest } = tallyOf(rows, marks);
  const open = rest['not opened'] + rest.unchecked;
  return (
    <p class={`note seal-count${differs > 0 ? ' note-bad' : ''}`} role="status">
      {waiting > 0 ? `${m.computing(rows.length - waiting, rows.length)} ` : ''}
      {differs > 0 ? m.wrong(differs, rows.length) : waiting === 0 && m.right(ok, rows.length)}
      {open > 0 && ` ${m.open(open)}`}
      {only && (differs > 0 || only.isOn) && (
        <button type="button" class="button" aria-pressed={only.isOn} onClick={only.toggle}>
          {only.isOn ? m.all : m.only}
        </button>
      )}
    </p>
  );
}
