import type { ComponentChildren, JSX } from 'preact';
import { NoAnswer } from '../api.js';
import { faults, t } from '../texts.js';
import { Text } from './text.js';

/** Nothing for 300 ms, then lines where something will be. */
export function Loading({ lines = 8 }: { readonly lines?: number }): JSX.Element {
  return (
    <div class="loading" role="status" aria-label={t.loading}>
      {Array.from({ length: lines }, (_, at) => (
        <div class="skeleton" key={at} />
      ))}
    </div>
  );
}

interface EmptyProps {
  readonly title: string;
  readonly children?: ComponentChildren;
}

/** There is nothing, and what can be done about it. */
export function Empty({ title, children }: EmptyProps): JSX.Element {
  return (
    <div class="empty">
      <p class="empty-title">{title}</p>
      {children && <div class="empty-text">{children}</div>}
    </div>
  );
}

interface FailureProps {
  readonly error: unknown;
  readonly retry?: () => void;
  /** There is nothing else on the page. */
  readonly isPage?: boolean;
}

/** Why there is no answer, in words, and what to do. */
export function Failure({ error, retry, isPage = false }: FailureProps): JSX.Element {
  const fault = error instanceof NoAnswer ? error.fault : 'failed';
  const words = faults[fault];
  const Title = isPage ? 'h1' : 'p';
  const said = error instanceof NoAnswer ? (error.message === fault ? undefined : error.message) : String(error);
  return (
    <div class={`failure failure-${fault}`} role="alert">
      <Title class="failure-title">{words.title}</Title>
      <p class="failure-text">{words.text}</p>
      {error instanceof NoAnswer && (said || fault === 'blocked') && (
        <p class="failure-said">
          {error.code && <code>{error.code}</code>} <Text of={said ?? `api/${error.path}`} limit={400} />
        </p>
      )}
      <p class="failure-acts">
        {(fault === 'ended' || fault === 'stranger') && (
          <button type="button" class="button button-primary" onClick={() => location.reload()}>
            {t.reload}
          </button>
        )}
        {retry && fault !== 'ended' && fault !== 'stranger' && (
          <button type="button" class="button" onClick={retry}>
            {t.tryAgain}
          </button>
        )}
      </p>
    </div>
  );
}
