import type { ComponentChildren, JSX } from 'preact';
import type { OverviewAnswer } from '../../answers.js';
import { readVerdict } from '../level.js';
import { t } from '../texts.js';
import type { Tone } from '../tone.js';
import { ago } from '../time.js';
import { useApp } from './app.js';
import { Moment } from './moment.js';

/** How the log itself is: checked, signed, anchored, and how much waits to be sealed. */
export function StateCards({ overview }: { readonly overview: OverviewAnswer }): JSX.Element {
  const { verified, checkpoint, anchors = [], unsealed, sealer } = overview;
  const verdict = verified && readVerdict(verified.verdict);
  const anchored = anchors.map(({ at }) => at).filter((at) => at !== null).sort().at(-1); // prettier-ignore
  const { session } = useApp();
  const waits = unsealed?.oldestMs ?? 0;
  return (
    <ul class="states">
      <State title={t.lastVerify} tone={verdict?.tone ?? 'warn'} value={verdict ? t.verdicts[verdict.word] : t.never}>
        {verified ? (
          <>
            <Since at={verified.at} />
            {verified.level && ` · ${verified.level}`}
          </>
        ) : (
          <>
            {t.neverVerified} {session.can.verify ? t.verifyBelow : t.verifyBy} <code>{t.verifyCommand}</code>
          </>
        )}
      </State>
      <State
        title={t.lastCheckpoint}
        tone={checkpoint ? 'ok' : 'plain'}
        value={checkpoint ? agoText(checkpoint.at) : t.notSigned}
      >
        {checkpoint ? <Moment at={checkpoint.at} /> : t.notSignedText}
      </State>
      <State title={t.lastAnchor} tone={anchored ? 'ok' : 'plain'} value={anchored ? agoText(anchored) : t.notAnchored}>
        {anchored
          ? anchors
              .map(({ name }) => name)
              .filter((name) => name !== '')
              .join(', ') || <Moment at={anchored} />
          : t.notAnchoredText}
      </State>
      {unsealed && (
        <State
          title={t.unsealed}
          tone={sealer?.alive === false ? 'bad' : waits > 60_000 ? 'warn' : 'ok'}
          value={unsealed.count.toLocaleString('en')}
        >
          {sealer?.alive === false
            ? t.noSealer
            : unsealed.oldestMs === null || unsealed.count === 0
              ? t.nothingWaits
              : t.oldestWaits(unsealed.oldestMs)}
        </State>
      )}
    </ul>
  );
}

interface StateProps {
  readonly title: string;
  readonly tone: Tone;
  readonly value: string;
  readonly children: ComponentChildren;
}

function State({ title, tone, value, children }: StateProps): JSX.Element {
  return (
    <li class={`card state state-${tone}`}>
      <h2>{title}</h2>
      <p class="state-value">
        <span class="state-dot" aria-hidden="true" />
        {value}
      </p>
      <p class="state-text">{children}</p>
    </li>
  );
}

function Since({ at }: { readonly at: string }): JSX.Element {
  return <span title={at}>{agoText(at)}</span>;
}

export function agoText(at: string): string {
  const { count, unit } = ago(Date.parse(at), Date.now());
  return unit === 'now' ? t.justNow : `${count} ${t.units[unit]} ${t.ago}`;
}
