import type { JSX } from 'preact';
import type { ShownEntry } from '../../answers.js';

export function SealPanel({ entry }: { readonly entry: ShownEntry }): JSX.Element {
  return <section class="card seal seal-unknown" data-id={entry.id} />;
}
