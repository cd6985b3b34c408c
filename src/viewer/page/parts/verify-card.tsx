import type { JSX } from 'preact';
import { useMutation, useQueryClient } from '@tanstack/preact-query';
import type { VerifyAnswer } from '../../answers.js';
import { NoAnswer } from '../api.js';
import { t } from '../texts.js';
import { useApp } from './app.js';
import { useAsk } from './ask.js';
import { Report } from './report.js';
import { Failure } from './states.js';

const PACE = 1_000;

/** Runs the whole verification on the server, one at a time, and shows how far it is and what it found. */
export function VerifyCard(): JSX.Element {
  const { api } = useApp();
  const client = useQueryClient();
  const found = useAsk<VerifyAnswer>('verify', undefined, { every: PACE, fresh: 0 });
  const start = useMutation<VerifyAnswer, NoAnswer>({
    mutationFn: async () => (await (await api.send('verify', undefined, { method: 'POST' })).json()) as VerifyAnswer, // as answers.ts has it
    onSuccess: () => client.invalidateQueries({ queryKey: [api.base.href, 'verify'] }),
  });
  const { data } = found;
  const isRunning = data?.state === 'running' || start.isPending;
  const error = start.error ?? found.error;
  return (
    <section class="card card-wide verify">
      <div class="card-head">
        <div>
          <h2>{t.verify}</h2>
          <p class="aside">{t.verifyText}</p>
        </div>
        <button type="button" class="button button-primary" disabled={isRunning} onClick={() => start.mutate()}>
          {isRunning ? t.verifying : t.verifyNow}
        </button>
      </div>
      <div class="card-body" aria-live="polite">
        {isRunning && <Progress progress={data?.progress} />}
        {!isRunning && data?.state === 'failed' && <Failure error={new NoAnswer('failed', 'verify', data.error)} />}
        {!isRunning && data?.state === 'done' && data.report && <Report report={data.report} />}
        {error && <Failure error={error} />}
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
