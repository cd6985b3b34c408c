import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';
import type { EntriesAnswer, EntryAnswer, SealedAnswer, ShownEntry } from '../../answers.js';
import { diffOf } from '../diff.js';
import { e } from '../entry-texts.js';
import { explain } from '../explain.js';
import { plain } from '../fill.js';
import { useKeys } from '../keys.js';
import { ActorCard } from '../parts/actor-card.js';
import { lazy } from '../parts/lazy.js';
import { useApp } from '../parts/app.js';
import { useAsk } from '../parts/ask.js';
import { Differences } from '../parts/differences.js';
import { EntryHead } from '../parts/entry-head.js';
import { HowCard } from '../parts/how-card.js';
import { besideInList } from '../parts/last-list.js';
import { Panel } from '../parts/panel.js';
import { Raw } from '../parts/raw.js';
import { Said } from '../parts/said.js';
import { Failure, Loading } from '../parts/states.js';
import { Undo } from '../parts/undo.js';
import { Around, UnitOfWork } from '../parts/unit-of-work.js';
import { WhenCard } from '../parts/when-card.js';
import { moveTo, segment, tenantOf, type Condition, type Place } from '../routes.js';
import { sentenceOf } from '../sentence.js';
import type { Missing } from '../sentence-actor.js';
import { t } from '../texts.js';

/** A third of the page, which no other view needs. */
const SealPanel = lazy(async () => (await import('../check/seal-panel.js')).SealPanel);

/** One entry: what happened, who did it, and how it is known. */
export function EntryView({ id }: { readonly id: string }): JSX.Element {
  const { where } = useApp();
  const { data, error, refetch } = useAsk<EntryAnswer>(`entries/${segment(id)}`, tenantOf(where));
  if (error) return <Failure error={error} retry={refetch} isPage />;
  return data === undefined ? <Loading lines={12} /> : <Whole entry={data.entry} />;
}

function Whole({ entry }: { readonly entry: ShownEntry }): JSX.Element {
  const { session } = useApp();
  // Of a chain, where the address may be of all of them.
  const question = new URLSearchParams({ tenant: entry.tenant });
  const sealed = useAsk<SealedAnswer>(`entries/${segment(entry.id)}/sealed`, question);
  const group = useAsk<EntriesAnswer>(`groups/${segment(entry.group ?? '')}`, question, { isEnabled: entry.group !== undefined }); // prettier-ignore
  const sections = sealed.data?.sections;
  const missing: Missing | undefined = typeof sections?.actor === 'string' ? sections.actor : undefined;
  const rows = group.data?.next === undefined ? group.data?.entries.filter(isChange).length : undefined;
  const told = sentenceOf(entry, { actions: session.actions, actor: missing, rows: rows === 1 && isChange(entry) ? undefined : rows }); // prettier-ignore
  const diff = diffOf(entry, session.models[entry.resource?.type ?? '']);
  useEntryKeys(entry);
  useEffect(() => {
    document.title = `${plain(told)} · ${t.product}`;
  }, [told]);
  return (
    <article class="entry">
      <EntryHead entry={entry} told={told} />
      <div class="entry-columns">
        <div class="entry-main">
          {(diff.sides !== 'none' || isChange(entry)) && (
            <Panel title={diff.sides === 'both' ? e.differences : e.values}>
              <Differences of={diff} />
            </Panel>
          )}
          <Said entry={entry} />
          <UnitOfWork entry={entry} group={group.data} />
          <Around entry={entry} question={question} />
          {entry.change !== undefined && <Undo entry={entry} question={question} />}
          {sealed.error ? <Failure error={sealed.error} /> : sealed.data && <Raw sealed={sealed.data} />}
        </div>
        <div class="entry-aside">
          <SealPanel entry={entry} />
          <HowCard explained={explain(entry, sections)} />
          <ActorCard entry={entry} missing={missing} />
          <WhenCard entry={entry} />
        </div>
      </div>
    </article>
  );
}

const isChange = ({ source }: ShownEntry): boolean => source === 'change' || source === 'change.client';

function useEntryKeys(entry: ShownEntry): void {
  const { where, go } = useApp();
  const at = { ...where, tenant: entry.tenant };
  const to = (place: Place, conditions: readonly Condition[] = []) => go(moveTo(at, place, conditions));
  const step = (next: ShownEntry | undefined): boolean => {
    if (next) go(moveTo({ ...where, tenant: next.tenant }, { view: 'entry', id: next.id }), 'replace');
    return next === undefined;
  };
  const { resource, group, actor } = entry;
  const id = actor?.['id'];
  useKeys({
    j: () => step(besideInList(entry.id).after),
    k: () => step(besideInList(entry.id).before),
    e: () => (typeof id === 'string' && id !== '' ? to({ view: 'actor', id }) : true),
    r: () => (resource?.id === undefined ? true : to({ view: 'record', type: resource.type, id: resource.id })),
    g: () => (group === undefined ? true : to({ view: 'timeline' }, [{ name: 'group', value: group }])),
    // To its first button: what that fetches leaves an entry, so it is pressed by whoever wants it.
    v: () => document.querySelector<HTMLElement>('.seal button, .seal summary')?.focus(),
    Escape: () => history.back(),
  });
}
