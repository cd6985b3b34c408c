import type { JSX } from 'preact';
import { useMemo } from 'preact/hooks';
import type { SealedAnswer, SealedSection } from '../../answers.js';
import { e } from '../entry-texts.js';
import { count } from '../fill.js';
import { CopyButton } from './copy-button.js';
import { Panel } from './panel.js';
import { StoredText } from './stored-text.js';
import { Tree } from './tree.js';

const INDENTED = 50_000;

/** Body and sections, byte by byte as they are sealed. */
export function Raw({ sealed }: { readonly sealed: SealedAnswer }): JSX.Element {
  const body = sealed.leaf.split('\n').at(-1) ?? '';
  return (
    <Panel title={e.raw}>
      <Document title={e.body} text={body} />
      <Section name="actor" section={sealed.sections.actor} />
      <Section name="data" section={sealed.sections.data} />
    </Panel>
  );
}

function Section({ name, section }: { readonly name: string; readonly section: SealedSection }): JSX.Element {
  const title = e.section.replace('{section}', name);
  const [text, hex] = useMemo(() => (typeof section === 'string' ? [] : decoded(section.bytes)), [section]);
  if (typeof section === 'string')
    return (
      <p class="raw-none">
        {title}: <span class="dim">{e.noSection[section]}</span>
      </p>
    );
  if (text !== undefined) return <Document title={title} text={text} />;
  return (
    <details class="raw">
      <summary>{title}</summary>
      <p class="dim">{e.notText}</p>
      <StoredText of={hex ?? ''} />
    </details>
  );
}

function decoded(base64: string): [text: string | undefined, hex: string] {
  const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  const hex = (): string => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
  try {
    return [new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes), ''];
  } catch {
    return [undefined, hex()];
  }
}

/** JSON by its members; what is none, or too deep for that, as it stands. */
function Document({ title, text }: { readonly title: string; readonly text: string }): JSX.Element {
  const value = useMemo(() => (text.length > INDENTED ? undefined : parsed(text)), [text]);
  return (
    <details class="raw">
      <summary>
        {title} <span class="dim">{e.bytesNote.replace('{count}', count(new TextEncoder().encode(text).length))}</span>
      </summary>
      <div class="raw-text">
        <CopyButton of={text} />
        {value === undefined ? <StoredText of={text} first={2_000} /> : <Tree of={value} />}
      </div>
    </details>
  );
}

function parsed(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    // What JavaScript would write otherwise is shown as it is stored: digits, members that are there twice.
    return JSON.stringify(value) === text ? value : undefined;
  } catch {
    return undefined;
  }
}
