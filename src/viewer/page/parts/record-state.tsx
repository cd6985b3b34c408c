import type { JSX } from 'preact';
import { useMemo } from 'preact/hooks';
import { r, e } from '../entry-texts.js';
import { labelsOf } from '../column-names.js';
import { asSentence } from '../fill.js';
import { m } from '../mark-texts.js';
import { actorParts } from '../sentence-actor.js';
import { blameOf, type Version } from '../versions.js';
import { useApp, usePlaceHref } from './app.js';
import { FieldName } from './field-name.js';
import { Moment } from './moment.js';
import { useMore } from './more.js';
import { Panel } from './panel.js';
import { NotSealed } from './seal-marks.js';
import type { Marks } from './seals.js';
import { Sentence } from './sentence.js';
import { Value } from './value.js';

const ROWS = 60;

interface RecordStateProps {
  readonly versions: readonly Version[];
  readonly at: number;
  readonly isLast: boolean;
  readonly marks: Marks;
}

/** A record as one of its versions has it, with who set each field to what it is. */
export function RecordState({ versions, at, isLast, marks }: RecordStateProps): JSX.Element {
  const href = usePlaceHref();
  const version = versions[at];
  const blame = useMemo(() => blameOf(versions.slice(0, at + 1)), [versions, at]);
  const { models } = useApp().session;
  const fields = useMemo(() => [...(version?.image ?? [])], [version]);
  const labels = useMemo(() => labelsOf(models[version?.entry.resource?.type ?? ''], version?.image?.keys() ?? []), [models, version]); // prettier-ignore
  const { shown, more } = useMore(fields.length, ROWS);
  const isForged = version !== undefined && marks.get(version.entry) === 'differs';
  const title = isLast ? r.stateNow : r.state;
  return (
    <Panel
      title={isForged ? `${title}: ${m.valueNotSealed}` : title}
      name={isForged ? 'panel-forged' : ''}
      note={version && <Moment at={version.entry.occurredAt} />}
    >
      {isForged && (
        <p class="note note-bad" role="alert">
          {m.versionWrong}
        </p>
      )}
      {version?.is === 'gone' && <p class="dim">{r.gone}</p>}
      {version?.is === 'large' && (
        <p class="dim">
          {r.large} <a href={href({ view: 'entry', id: version.entry.id }, [], version.entry.tenant)}>{r.openEntry}</a>
        </p>
      )}
      {version?.is === 'unknown' && <p class="dim">{r.unknown}</p>}
      {fields.length > 0 && (
        <table class="diff record-state">
          <thead>
            <tr>
              <th scope="col">{e.field}</th>
              <th scope="col">{e.value}</th>
              <th scope="col">{r.setBy}</th>
              <th scope="col">{r.setWhen}</th>
            </tr>
          </thead>
          <tbody>
            {fields.slice(0, shown).map(([field, value]) => {
              const by = blame.get(field)?.entry;
              const isBad = by !== undefined && marks.get(by) === 'differs';
              return (
                <tr key={field} class={by !== undefined && by === version?.entry ? 'record-new' : ''}>
                  <th scope="row" class="diff-field">
                    <FieldName field={field} label={labels.get(field)} />
                  </th>
                  <td class={isForged || isBad ? 'struck' : ''}>
                    <Value of={value} />
                  </td>
                  <td class="record-by">
                    {by === undefined ? (
                      <span class="none">{r.beforeLog}</span>
                    ) : (
                      <Sentence of={asSentence(actorParts(by))} tenant={by.tenant} />
                    )}{' '}
                    {isBad && <NotSealed is="differs" />}
                  </td>
                  <td class="record-when">
                    {by !== undefined && (
                      <a href={href({ view: 'entry', id: by.id }, [], by.tenant)}>
                        <Moment at={by.occurredAt} />
                      </a>
                    )}
                  </td>
                </tr>
              );
            })}
          </tbody>
        </table>
      )}
      {more}
    </Panel>
  );
}
