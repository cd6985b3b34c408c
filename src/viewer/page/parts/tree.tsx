import type { JSX } from 'preact';
import { useMemo, useState } from 'preact/hooks';
import { visible } from '../../../event/visible.js';
import { e } from '../entry-texts.js';
import { count } from '../fill.js';
import { treeDiff, treeOf, type TreeRow } from '../tree.js';
import { StoredText } from './stored-text.js';

const FIRST = 60;
const STEP = 400;
const VALUE = 300;
/** Levels that are moved in; deeper ones stand below each other. */
const LEVELS = 16;

/** One document, by its lines. */
export function Tree({ of }: { readonly of: unknown }): JSX.Element {
  return <Rows make={() => treeOf(of)} of={of} />;
}

/** Two documents, by what differs. */
export function TreeDiff({ old, now }: { readonly old: unknown; readonly now: unknown }): JSX.Element {
  const [whole, setWhole] = useState(false);
  return (
    <>
      <Rows make={() => treeDiff(old, now, whole)} of={whole ? old : now} />
      <button type="button" class="more" onClick={() => setWhole(!whole)}>
        {whole ? e.onlyChanged : e.wholeTree}
      </button>
    </>
  );
}

function Rows({ make, of }: { readonly make: () => Generator<TreeRow, undefined>; readonly of: unknown }): JSX.Element {
  const [most, setMost] = useState(FIRST);
  const [rows, hasMore] = useMemo(() => {
    const all: TreeRow[] = [];
    for (const row of make()) {
      if (all.length === most) return [all, true];
      all.push(row);
    }
    return [all, false];
    // What is made depends on the documents, which stay what they are.
  }, [of, most]);
  return (
    <div class="tree">
      {rows.map((row, at) => (
        <Line key={at} row={row} />
      ))}
      {hasMore && (
        <button type="button" class="more" onClick={() => setMost(most + STEP)}>
          {e.more.replace('{count}', String(STEP))}
        </button>
      )}
    </div>
  );
}

function amountOf(opens: '[' | '{', members: number): string {
  if (members === 1) return opens === '[' ? e.item : e.member;
  return (opens === '[' ? e.items : e.members).replace('{count}', count(members));
}

const SIGNS: Readonly<Record<TreeRow['is'], string>> = {
  same: ' ',
  inside: ' ',
  folded: ' ',
  changed: '±',
  added: '+',
  removed: '−',
};

function Line({ row }: { readonly row: TreeRow }): JSX.Element {
  const { depth, key, is, old, opens, count: members = 0 } = row;
  return (
    <div class={`tree-row tree-${is}`} style={{ paddingInlineStart: `${Math.min(depth, LEVELS) * 16}px` }}>
      <span class="tree-sign" aria-hidden="true">
        {SIGNS[is]}
      </span>
      {is === 'folded' ? (
        <span class="dim">{e.folded.replace('{count}', count(members))}</span>
      ) : (
        <>
          {key !== undefined && (
            <span class="tree-key">
              <bdi>{visible(String(key), VALUE)}</bdi>:
            </span>
          )}
          {opens !== undefined && <span class="dim">{amountOf(opens, members)}</span>}
          {old !== undefined && (
            <del class="diff-old">
              <StoredText of={old} first={VALUE} isJson />
            </del>
          )}
          {is === 'changed' && <span class="dim"> → </span>}
          {row.new !== undefined &&
            (is === 'same' ? (
              <StoredText of={row.new} first={VALUE} isJson />
            ) : (
              <ins class="diff-new">
                <StoredText of={row.new} first={VALUE} isJson />
              </ins>
            ))}
        </>
      )}
    </div>
  );
}
