import type { JSX } from 'preact';
import { useMemo, useState } from 'preact/hooks';
import { visible, visibleJson } from '../../../event/visible.js';
import { parseExactJson } from '../../../event/exact-json.js';
import { v } from '../seal-texts.js';
import { droppedFiles, readFiles, type Dropped } from './dropped.js';
import { KeyForm, usePinned } from './key-form.js';
import { checkFolder, type CheckedProof } from './proof-steps.js';
import { Sign, StepList, toneOf } from './step-list.js';
import { verdictOf, type StepIs } from './steps.js';

/** Says of a proof folder what `verify-proof` says, by the same code, without a network. */
export function VerifyPage(): JSX.Element {
  const [dropped, setDropped] = useState<Dropped>();
  const [keys, setKeys] = usePinned();
  const checked = useMemo(
    () => dropped && checkFolder(dropped.files, keys.map((vkey) => ({ vkey, from: 'reader' as const }))),
    [dropped, keys],
  ); // prettier-ignore
  return (
    <main class="check-page">
      <h1>{v.title}</h1>
      <Drop onFiles={(files) => void readFiles(files).then(setDropped)} />
      {dropped && (
        <p class="check-files" data-files={[...dropped.files.keys()].join(' ')}>
          {v.dropped}: {[...dropped.files.keys()].join(', ') || v.none}
          {dropped.tooLong.map((name) => `. ${v.tooLong(name)}`)}
        </p>
      )}
      <section class="card card-body seal-keys-card">
        <h2>{v.key}</h2>
        <KeyForm about={v.keyText} keys={keys} onKeys={setKeys} />
      </section>
      {checked && <Verdict checked={checked} />}
    </main>
  );
}

/** Every browser has it, and no standard. */
const FOLDER: Readonly<Record<string, boolean>> = { webkitdirectory: true };

function Drop({ onFiles }: { readonly onFiles: (files: Iterable<File>) => void }): JSX.Element {
  const [isOver, setOver] = useState(false);
  const chosen = (event: JSX.TargetedEvent<HTMLInputElement>): void => onFiles(Array.from(event.currentTarget.files ?? [])); // prettier-ignore
  const drop = (event: DragEvent): void => {
    event.preventDefault();
    setOver(false);
    if (event.dataTransfer) void droppedFiles(event.dataTransfer).then(onFiles);
  };
  const over = (event: DragEvent): void => {
    event.preventDefault();
    setOver(true);
  };
  return (
    <div class={`check-drop${isOver ? ' is-over' : ''}`} onDragOver={over} onDragLeave={() => setOver(false)} onDrop={drop}>
      <p>{v.lead}</p>
      <label>
        {v.choose} <input type="file" name="folder" {...FOLDER} onChange={chosen} />
      </label>
      <label>
        {v.files} <input type="file" name="files" multiple onChange={chosen} />
      </label>
    </div>
  );
} // prettier-ignore

const WORDS: Readonly<Record<'ok' | 'differs' | 'unchecked', readonly [string, string]>> = {
  ok: [v.verified, v.verifiedText],
  differs: [v.altered, v.alteredText],
  unchecked: [v.incomplete, v.incompleteText],
};

function Verdict({ checked: { steps, proven } }: { readonly checked: CheckedProof }): JSX.Element {
  // A section that is not shown proves nothing, and takes nothing away.
  const found: StepIs = verdictOf(steps.filter(({ is }) => is !== 'not opened'));
  const is = found === 'not opened' ? 'unchecked' : found;
  const [word, text] = WORDS[is];
  return (
    <section class={`card seal seal-${toneOf(is)}`} aria-live="polite">
      <div class="seal-head">
        <h2 class="seal-verdict" data-verdict={is}>
          <Sign is={is} />
          {word}
        </h2>
        <p class="aside">{text}</p>
      </div>
      <StepList steps={steps} />
      {proven && (
        <div class="check-said">
          <h3>{v.entry}</h3>
          <p>
            {visible(`${proven.entry.origin} ${proven.entry.seq}: ${proven.entry.action}, ${proven.entry.outcome}, id ${proven.entry.id}, occurred ${proven.entry.occurredAt}, sealed ${proven.entry.sealedAt}`)}
          </p>
          {is === 'ok' && <p>{visible(v.covered(proven.checkpoint.size, proven.checkpoint.origin))}</p>}
          <h3>{v.sections}</h3>
          {(['actor', 'data'] as const).map((name) => {
            const section = proven.sections[name];
            return (
              <div key={name}>
                <h4>{name}</h4>
                {typeof section === 'string' ? <p class="aside">{section}</p> : <pre class="seal-text">{said(section)}</pre>}
              </div>
            );
          })}
        </div>
      )}
    </section>
  );
} // prettier-ignore

const MOST = 200_000;

/** What a section says, in lines; what is no JSON is text. */
function said(bytes: Uint8Array): string {
  const text = Buffer.from(bytes).toString();
  if (text.length > MOST) return visible(text, MOST);
  try {
    return visibleJson(parseExactJson(text), 2);
  } catch {
    return visible(text, MOST);
  }
}
