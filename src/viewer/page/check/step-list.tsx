import type { JSX } from 'preact';
import { visible } from '../../../event/visible.js';
import { isWords, signs, stepText } from '../seal-texts.js';
import { BytesOf } from './bytes.js';
import type { Step, StepIs } from './steps.js';

const TONES: Readonly<Record<StepIs, string>> = { ok: 'ok', differs: 'bad', 'not opened': 'unknown', unchecked: 'unknown' }; // prettier-ignore
export const toneOf = (is: StepIs): string => TONES[is];

export function Sign({ is }: { readonly is: StepIs }): JSX.Element {
  return (
    <span class={`seal-sign seal-sign-${toneOf(is)}`} role="img" aria-label={isWords[is]} title={isWords[is]}>
      {signs[is]}
    </span>
  );
}

/** Each step with what it was computed of, folded. */
export function StepList({ steps }: { readonly steps: readonly Step[] }): JSX.Element {
  return (
    <ol class="seal-steps">
      {steps.map((step) => (
        <li key={step.name} data-step={step.name} data-is={step.is}>
          <Sign is={step.is} />
          <div>
            {step.behind === undefined ? (
              <p>{visible(stepText(step))}</p>
            ) : (
              <details>
                <summary>{visible(stepText(step))}</summary>
                <BytesOf behind={step.behind} />
              </details>
            )}
          </div>
        </li>
      ))}
    </ol>
  );
}
