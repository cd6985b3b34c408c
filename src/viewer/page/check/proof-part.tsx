import type { JSX } from 'preact';
import { useMemo, useState } from 'preact/hooks';
import { exactBase64 } from '../../../chain/base64.js';
import type { ProofAnswer, ShownEntry } from '../../answers.js';
import { NoAnswer } from '../api.js';
import { useApp } from '../parts/app.js';
import { useAsk } from '../parts/ask.js';
import { Failure } from '../parts/states.js';
import { s } from '../seal-texts.js';
import { KeyForm, usePinned } from './key-form.js';
import { checkFolder, type CheckedProof, type GivenKey } from './proof-steps.js';
import { Sign, StepList } from './step-list.js';
import { verdictOf } from './steps.js';

interface ProofPartProps {
  readonly entry: ShownEntry;
  /** Computed of the bytes that are shown. */
  readonly leafHash: string;
}

/** From the entry to a signature, on demand: the server reads more for it, and notes that it was taken. */
export function ProofPart({ entry, leafHash }: ProofPartProps): JSX.Element | null {
  const { session } = useApp();
  const [isAsked, setAsked] = useState(false);
  const [keys, setKeys] = usePinned();
  const where = new URLSearchParams({ tenant: entry.tenant });
  const asked = useAsk<ProofAnswer>(`entries/${encodeURIComponent(entry.id)}/proof`, where, { isEnabled: isAsked, fresh: Number.POSITIVE_INFINITY }); // prettier-ignore
  const checked = useMemo(() => {
    const given: GivenKey[] = [
      ...keys.map((vkey) => ({ vkey, from: 'reader' as const })),
      ...session.serverVkeys.filter((vkey) => !keys.includes(vkey)).map((vkey) => ({ vkey, from: 'server' as const })),
    ];
    return asked.data && checkFolder(filesOf(asked.data), given, leafHash);
  }, [asked.data, keys, session.serverVkeys, leafHash]);
  if (!session.can.prove) return null;
  const isInconsistent = asked.error instanceof NoAnswer && asked.error.fault === 'inconsistent';
  const isAbsent = asked.error instanceof NoAnswer && asked.error.code === 'AUDIT_NOT_COVERED';
  const leftOut = Object.keys(asked.data?.notOpened ?? {});
  return (
    <div class="seal-proof" aria-live="polite">
      {checked === undefined && (
        <p class="seal-acts">
          <button
            type="button"
            class="button"
            disabled={asked.isFetching}
            onClick={() => (isAsked ? asked.refetch() : setAsked(true))}
          >
            {asked.isFetching ? s.proving : s.prove}
          </button>
          <span class="aside">{s.proveText}</span>
        </p>
      )}
      {isAbsent && <p class="seal-note">{s.notCovered}</p>}
      {isInconsistent && (
        <p class="seal-line" data-verdict="differs" role="alert">
          <Sign is="differs" />
          <span>{s.inconsistent}</span>
        </p>
      )}
      {asked.error && !isAbsent && !isInconsistent && <Failure error={asked.error} retry={asked.refetch} />}
      {leftOut.length > 0 && (
        <p class="seal-line" data-verdict="differs">
          <Sign is="differs" />
          <span>{s.leftOut(leftOut)}</span>
        </p>
      )}
      {checked && <ProofVerdict checked={checked} />}
      <details
        class="seal-trust"
        open={checked !== undefined && checked.signers.every(({ from }) => from === 'server')}
      >
        <summary>{s.keys}</summary>
        <KeyForm about={s.keysText} keys={keys} onKeys={setKeys} />
      </details>
    </div>
  );
}

function ProofVerdict({ checked: { steps, proven, signers } }: { readonly checked: CheckedProof }): JSX.Element {
  const [signer] = signers;
  // A section that the proof leaves out is none of the way to the signature.
  const is = verdictOf(steps.filter(({ is: each }) => each !== 'not opened'));
  return (
    <>
      <p class="seal-line" data-verdict={is}>
        <Sign is={is} />
        {proven && signer ? (
          <span>
            {s.verdictSigned(
              proven.checkpoint.size,
              proven.checkpoint.origin,
              signer.vkey.split('+').slice(0, 2).join('+'),
            )}
            {': '}
            {signer.from === 'reader' ? s.pinned : s.supplied}
          </span>
        ) : (
          <span>{is === 'differs' ? s.proofDiffers : s.proofOpen}</span>
        )}
      </p>
      <details open={is === 'differs'}>
        <summary>{s.way}</summary>
        <StepList steps={steps} />
      </details>
    </>
  );
}

function filesOf({ files }: ProofAnswer): ReadonlyMap<string, Uint8Array> {
  return new Map(Object.entries(files).flatMap(([name, text]) => {
    const bytes = exactBase64(text);
    return bytes === undefined ? [] : [[name, bytes] as const];
  }));
} // prettier-ignore
