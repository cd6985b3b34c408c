import type { JSX } from 'preact';
import type { StatusAnswer } from '../../answers.js';
import { readVerdict } from '../level.js';
import { moveTo } from '../routes.js';
import { t } from '../texts.js';
import { useApp } from './app.js';
import { useAsk } from './ask.js';
import { agoText } from './state-cards.js';

const MINUTES = 5 * 60_000;

/** The last verification that the log itself has, in words; `undefined` while it is not known. */
export function useLastVerify(): { readonly tone: string; readonly word: string; readonly at?: string } | undefined {
  const { session } = useApp();
  const { data } = useAsk<StatusAnswer>('status', undefined, { isEnabled: session.can.log, fresh: MINUTES });
  if (data === undefined) return undefined;
  if (!data.verified) return { tone: 'warn', word: t.notVerified };
  const { word, tone } = readVerdict(data.verified.verdict);
  return { tone, word: t.verdicts[word], at: data.verified.at };
}

/** Beside the navigation: what the last verification said. */
export function Status(): JSX.Element | null {
  const { where, href } = useApp();
  const last = useLastVerify();
  if (last === undefined) return null;
  return (
    <a class={`status state-${last.tone}`} href={href(moveTo(where, { view: 'overview' }))} title={t.statusTitle}>
      <span class="state-dot" aria-hidden="true" />
      {last.word} {last.at && agoText(last.at)}
    </a>
  );
}
