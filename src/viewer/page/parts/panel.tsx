import { visible } from '../../../event/visible.js';
import type { ComponentChildren, JSX } from 'preact';
import { useId } from 'preact/hooks';

interface PanelProps {
  readonly title: string;
  readonly note?: ComponentChildren;
  readonly children: ComponentChildren;
  readonly name?: string;
}

/** A part of a page under its heading. */
export function Panel({ title, note, children, name }: PanelProps): JSX.Element {
  const id = useId();
  return (
    <section class={`card panel ${name ?? ''}`} aria-labelledby={id}>
      <div class="card-head">
        <h2 id={id}>{title}</h2>
        {note !== undefined && note !== false && <span class="dim panel-note">{note}</span>}
      </div>
      <div class="card-body">{children}</div>
    </section>
  );
}

interface FactProps {
  readonly name: string;
  readonly children: ComponentChildren;
}

/** One line of a list of facts. */
export function Fact({ name, children }: FactProps): JSX.Element {
  return (
    <div class="fact">
      <dt>
        <bdi>{visible(name, 120)}</bdi>
      </dt>
      <dd>{children}</dd>
    </div>
  );
}
