import type { JSX } from 'preact';
import { useMemo } from 'preact/hooks';
import { visible } from '../../../event/visible.js';
import { leafHash } from '../../../chain/hashing.js';
import type { SealedAnswer, ShownEntry } from '../../answers.js';
import { useApp } from '../parts/app.js';
import { useAsk } from '../parts/ask.js';
import { Failure } from '../parts/states.js';
import { s, verdictText } from '../seal-texts.js';
import { ProofPart } from './proof-part.js';
import { checkSeal, utf8 } from './seal.js';
import { Sign, StepList, toneOf } from './step-list.js';
import { verdictOf } from './steps.js';

/** What this browser computes of an entry that is shown: whether it is the one that was sealed. */
export function SealPanel({ entry }: { readonly entry: ShownEntry }): JSX.Element {
  const { models } = useApp().session;
  const where = useMemo(() => new URLSearchParams({ tenant: entry.tenant }), [entry.tenant]);
  const { data, error, refetch } = useAsk<SealedAnswer>(`entries/${encodeURIComponent(entry.id)}/sealed`, where);
  const steps = useMemo(() => data && checkSeal(entry, data, models), [data, entry, models]);
  const verdict = steps && verdictOf(steps);
  return (
    <section class={`card seal seal-${verdict === undefined ? 'unknown' : toneOf(verdict)}`} aria-label={s.title}>
      <div class="seal-head" aria-live="polite">
        {error && !data ? (
          <h2>
            <Sign is="unchecked" />
            {s.notAsked}
          </h2>
        ) : (
          <h2 class="seal-verdict" data-verdict={verdict}>
            <Sign is={verdict ?? 'unchecked'} />
            <bdi>{verdict && steps ? visible(verdictText(verdict, steps)) : s.checking}</bdi>
          </h2>
        )}
        <p class="aside">
          {s.here} {s.beyond}
        </p>
        {!globalThis.isSecureContext && <p class="seal-note">{s.insecure}</p>}
      </div>
      {error && !data && <Failure error={error} retry={refetch} />}
      {data && steps && (
        <>
          <details class="seal-details" open={verdict === 'differs'}>
            <summary>{s.steps}</summary>
            <StepList steps={steps} />
          </details>
          <ProofPart entry={entry} leafHash={leafHash(utf8(data.leaf))} />
        </>
      )}
    </section>
  );
}
