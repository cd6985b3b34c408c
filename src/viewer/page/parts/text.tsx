import type { JSX } from 'preact';
import { visible } from '../../../event/visible.js';

/** Text that is stored, and may be anything: it shows itself, in its own direction, and does nothing. */
export function Text({ of, limit }: { readonly of: unknown; readonly limit?: number }): JSX.Element {
  const text = typeof of === 'string' ? of : of === undefined ? '' : (JSON.stringify(of) ?? '');
  return <bdi>{visible(text, limit)}</bdi>;
}

const ADDRESS = /^https?:\/\/[^\s]+$/i;

/** The same, as a link where it is an address; it is shown whole, so that where it leads is seen before. */
export function MaybeLink({ of }: { readonly of: string }): JSX.Element {
  if (!ADDRESS.test(of) || visible(of) !== of) return <Text of={of} />;
  return (
    <a href={of} rel="noreferrer noopener" target="_blank" class="outside">
      <bdi>{of}</bdi>
    </a>
  );
}
