import type { JSX } from 'preact';
import { visible } from '../../../event/visible.js';
import type { Part, Parts } from '../fill.js';
import { usePlaceHref } from './app.js';

interface SentenceProps {
  readonly of: Parts;
  /** Of the entry, for the pages that it leads to. */
  readonly tenant?: string;
  /** Inside of a link there is none. */
  readonly isPlain?: boolean;
}

/** A sentence with what is stored isolated in it, and linked where it has a page. */
export function Sentence({ of, tenant, isPlain = false }: SentenceProps): JSX.Element {
  const href = usePlaceHref();
  const link = (part: Part): string | undefined => {
    if (isPlain || part.kind === 'text' || !('id' in part) || part.id === undefined) return undefined;
    if (part.kind === 'actor') return href({ view: 'actor', id: part.id }, [], tenant);
    return href({ view: 'record', type: part.type, id: part.id }, [], tenant);
  };
  return (
    <>
      {of.map((part, at) => {
        if (part.kind === 'text') return part.text;
        const shown = <bdi key={at}>{visible(part.text)}</bdi>;
        const to = link(part);
        const title = part.kind === 'value' && part.whole !== undefined ? visible(part.whole, 400) : undefined;
        return to === undefined ? (
          <span key={at} class={`said-${part.kind}`} title={title}>
            {shown}
          </span>
        ) : (
          <a key={at} class={`said-${part.kind}`} href={to}>
            {shown}
          </a>
        );
      })}
    </>
  );
}
