import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { VerifyAnswer } from '../../answers.js';
import { NoAnswer } from '../api.js';
import { cacheOf } from '../cache.js';
import { t } from '../texts.js';
import { useApp } from './app.js';
import { useAsk } from './ask.js';
import { Report } from './report.js';
import { Failure } from './states.js';

const PACE = 1_000;
/** Milliseconds after which it is looked for. */
const SEALED_WITHIN = [0, 1_000, 5_000, 20_000];

/** Runs the whole verification on the server, one at a time, and shows how far it is and what it found. */
export function VerifyCard(): JSX.Element {
  const { api } = useApp();
  const found = useAsk<VerifyAnswer>('verify', undefined, { every: PACE, fresh: 0 });
  const [isStarting, setStarting] = useState(false);
  const [refused, setRefused] = useState<unknown>();
  const start = async (): Promise<void> => {
    setStarting(true);
    setRefused(undefined);
    try {
      await api.send('verify', undefined, { method: 'POST' });
      cacheOf(api).renew('verify');
    } catch (reason) {
      setRefused(reason);
    }
    setStarting(false);
  };
  const { data } = found;
  const isRunning = data?.state === 'running' || isStarting;
  // The log has the verdict as soon as its entry is sealed, which may take a moment after the run has ended.
  const endedAt = data?.endedAt;
  useEffect(() => {
    if (endedAt === undefined) return undefined;
    const look = (): void => {
      for (const question of ['overview', 'status']) cacheOf(api).renew(question);
    };
    const timers = SEALED_WITHIN.map((wait) => setTimeout(look, wait));
    return () => {
      for (const timer of timers) clearTimeout(timer);
    };
  }, [endedAt, api]);
  const error = refused ?? found.error;
  return (
    <section class="card card-wide verify">
      <div class="card-head">
        <div>
          <h2>{t.verify}</h2>
          <p class="aside">{t.verifyText}</p>
        </div>
        <button type="button" class="button button-primary" disabled={isRunning} onClick={() => void start()}>
          {isRunning ? t.verifying : t.verifyNow}
        </button>
      </div>
      <div class="card-body" aria-live="polite">
        {isRunning && <Progress progress={data?.progress} />}
        {!isRunning && data?.state === 'failed' && <Failure error={new NoAnswer('failed', 'verify', data.error)} />}
        {!isRunning && data?.state === 'done' && data.report && <Report report={data.report} />}
        {error !== undefined && error !== null && <Failure error={error} />}
      </div>
    </section>
  );
}

function Progress({ progress }: { readonly progress: VerifyAnswer['progress'] }): JSX.Element {
  return (
    <div class="verify-progress">
      <progress max={progress?.of} value={progress?.read} aria-label={t.verifying} />
      <p class="aside number">{progress ? t.verifyProgress(progress.read, progress.of) : t.verifyStarts}</p>
    </div>
  );
}
