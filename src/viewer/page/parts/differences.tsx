import type { JSX } from 'preact';
import { useMemo, useState } from 'preact/hooks';
import type { FieldDiff, RecordDiff } from '../diff.js';
import { e } from '../entry-texts.js';
import { count } from '../fill.js';
import type { Shown } from '../image.js';
import { wordDiff } from '../words.js';
import { FieldName } from './field-name.js';
import { useMore } from './more.js';
import { withLines } from './stored-text.js';
import { Text } from './text.js';
import { TreeDiff } from './tree.js';
import { Value } from './value.js';

const ROWS = 50;
/** Shorter texts are compared at a glance. */
const WORDS_FROM = 40;

interface DifferencesProps {
  readonly of: RecordDiff;
  /** What is written above the two sides. */
  readonly heads?: readonly [string, string];
}

/** Fields with what they were and what they became; those that did not change are folded. */
export function Differences({ of, heads = [e.before, e.after] }: DifferencesProps): JSX.Element {
  const { changed, rest, sides } = of;
  const { shown, more } = useMore(changed.length, ROWS);
  if (sides === 'none') return <p class="dim">{e.notLogged}</p>;
  if (sides === 'abridged') return <TooLarge of={changed} />;
  return (
    <>
      {changed.length > 0 && (
        <Table heads={sides === 'both' ? heads : [e.value]}>
          {changed
            .slice(0, shown)
            .map((diff) =>
              sides === 'both' ? (
                <Pair key={diff.field} diff={diff} heads={heads} />
              ) : (
                <One key={diff.field} diff={diff} side={sides} />
              ),
            )}
        </Table>
      )}
      {more}
      <Rest of={rest} sides={sides} />
    </>
  );
}

interface TableProps {
  readonly heads: readonly string[];
  readonly children: JSX.Element[];
}

function Table({ heads, children }: TableProps): JSX.Element {
  return (
    <table class="diff" role="table">
      <thead>
        <tr>
          <th scope="col">{e.field}</th>
          {heads.map((head) => (
            <th key={head} scope="col">
              {head}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>{children}</tbody>
    </table>
  );
}

const Name = ({ of }: { readonly of: Pick<FieldDiff, 'field' | 'label'> }): JSX.Element => (
  <th scope="row" class="diff-field">
    <FieldName field={of.field} label={of.label} />
  </th>
);

/** Which fields it names, whose values do not fit. */
const TooLarge = ({ of }: { readonly of: readonly FieldDiff[] }): JSX.Element => (
  <p class="dim">
    {e.tooLarge} <Text of={of.slice(0, ROWS).map(({ field }) => field).join(', ')} limit={2_000} />
  </p>
); // prettier-ignore

function Pair({ diff, heads }: { readonly diff: FieldDiff; readonly heads: readonly [string, string] }): JSX.Element {
  const { old, new: now, redactedInside: inside } = diff;
  const [byWords, setByWords] = useState(false);
  const isText = old?.kind === 'text' && now?.kind === 'text';
  const note = inside && (
    <p class="aside">
      {e.redactedInside.replace('{paths}', '')}
      <Text of={inside.slice(0, 20).join(', ')} />
    </p>
  );
  if (old?.kind === 'hidden' && now?.kind === 'hidden')
    return (
      <tr>
        <Name of={diff} />
        <td colSpan={2}>
          <span class="hidden-value">{diff.is === 'changed' ? e.hiddenChanged : e.hidden[now.why]}</span>
        </td>
      </tr>
    );
  if (old?.kind === 'json' && now?.kind === 'json')
    return (
      <tr>
        <Name of={diff} />
        <td colSpan={2}>
          <TreeDiff old={old.value} now={now.value} />
          {note}
        </td>
      </tr>
    );
  const isLong = isText && Math.min(old.text.length, now.text.length) >= WORDS_FROM;
  return (
    <tr>
      <Name of={diff} />
      {isLong && byWords ? (
        <td colSpan={2}>
          <ByWords old={old.text} now={now.text} />
          <WordsSwitch isOn={byWords} set={setByWords} />
        </td>
      ) : (
        <>
          <Cell of={old} side="old" title={heads[0]} />
          <td data-title={heads[1]} class="diff-new-cell">
            <Side of={now} side="new" />
            {note}
            {isLong && <WordsSwitch isOn={byWords} set={setByWords} />}
          </td>
        </>
      )}
    </tr>
  );
}

function WordsSwitch({ isOn, set }: { readonly isOn: boolean; readonly set: (isOn: boolean) => void }): JSX.Element {
  return (
    <p>
      <button type="button" class="more" onClick={() => set(!isOn)}>
        {isOn ? e.sideBySide : e.byWords}
      </button>
    </p>
  );
}

function ByWords({ old, now }: { readonly old: string; readonly now: string }): JSX.Element {
  const words = useMemo(() => wordDiff(old, now), [old, now]);
  if (words === undefined) return <p class="dim">{e.tooDifferent}</p>;
  return (
    <p class="stored words">
      {words.map(({ is, text }, at) => {
        const shown = <bdi>{withLines(text)}</bdi>;
        if (is === 'same') return <span key={at}>{shown}</span>;
        return is === 'old' ? (
          <del key={at} class="diff-old">
            {shown}
          </del>
        ) : (
          <ins key={at} class="diff-new">
            {shown}
          </ins>
        );
      })}
    </p>
  );
}

interface CellProps {
  readonly of: Shown | undefined;
  readonly side: 'old' | 'new';
  readonly title: string;
}

const Cell = ({ of, side, title }: CellProps): JSX.Element => (
  <td data-title={title} class={`diff-${side}-cell`}>
    <Side of={of} side={side} />
  </td>
);

function Side({ of, side }: { readonly of: Shown | undefined; readonly side: 'old' | 'new' }): JSX.Element {
  return (
    <div class={`diff-side diff-${side}`}>
      <Value of={of} />
    </div>
  );
}

function One({ diff, side }: { readonly diff: FieldDiff; readonly side: 'old' | 'new' }): JSX.Element {
  return (
    <tr>
      <Name of={diff} />
      <td data-title={e.value} class={`diff-${side}-cell`}>
        <Side of={diff[side]} side={side} />
      </td>
    </tr>
  );
}

function Rest({
  of,
  sides,
}: {
  readonly of: readonly FieldDiff[];
  readonly sides: RecordDiff['sides'];
}): JSX.Element | null {
  const [isOpen, open] = useState(false);
  const { shown, more } = useMore(of.length, ROWS);
  if (of.length === 0) return null;
  const [one, many] = sides === 'both' ? [e.unchangedOne, e.unchanged] : [e.emptyFieldsOne, e.emptyFields];
  return (
    <details class="rest" onToggle={(event) => open(event.currentTarget.open)}>
      <summary>{of.length === 1 ? one : many.replace('{count}', count(of.length))}</summary>
      {isOpen && (
        <table class="diff diff-rest">
          <tbody>
            {of.slice(0, shown).map((diff) => (
              <tr key={diff.field}>
                <Name of={diff} />
                <td>
                  <Value of={diff.new ?? diff.old} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {isOpen && more}
    </details>
  );
}
