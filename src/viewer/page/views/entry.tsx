import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';
import type { EntriesAnswer, EntryAnswer, SealedAnswer, ShownEntry } from '../../answers.js';
import { diffOf } from '../diff.js';
import { e } from '../entry-texts.js';
import { explain } from '../explain.js';
import { plain } from '../fill.js';
import { useKeys } from '../keys.js';
import { m } from '../mark-texts.js';
import { ActorCard } from '../parts/actor-card.js';
import { lazy } from '../parts/lazy.js';
import { useApp } from '../parts/app.js';
import { useAsk } from '../parts/ask.js';
import { Differences } from '../parts/differences.js';
import { EntryHead } from '../parts/entry-head.js';
import { HowCard } from '../parts/how-card.js';
import { besideInList, goOnBehind } from '../parts/last-list.js';
import { Panel } from '../parts/panel.js';
import { Raw } from '../parts/raw.js';
import { Said } from '../parts/said.js';
import { Doubted, Forged } from '../parts/seal-marks.js';
import { useFinding } from '../parts/seals.js';
import { Failure, Loading } from '../parts/states.js';
import { Undo } from '../parts/undo.js';
import { Around, UnitOfWork } from '../parts/unit-of-work.js';
import { WhenCard } from '../parts/when-card.js';
import { moveTo, segment, tenantOf, type Condition, type Place } from '../routes.js';
import { sentenceOf } from '../sentence.js';
import type { Missing } from '../sentence-actor.js';
import { t } from '../texts.js';

const SealPanel = lazy(async () => (await import('../check/seals.js')).SealPanel);

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
  const finding = useFinding(entry, sealed.data);
  useEntryKeys(entry);
  useEffect(() => {
    document.title = `${plain(told)} · ${t.product}`;
  }, [told]);
  return (
    <article class="entry">
      <Forged finding={finding} />
      <EntryHead entry={entry} told={told} finding={finding} />
      <div class="entry-columns">
        <div class="entry-main">
          <Doubted is={finding?.isData}>
            {(diff.sides !== 'none' || isChange(entry)) && (
              <Panel title={diff.sides === 'both' ? e.differences : e.values} note={finding?.isData && m.notSealed}>
                <Differences of={diff} />
              </Panel>
            )}
            <Said entry={entry} />
          </Doubted>
          <UnitOfWork entry={entry} group={group.data} />
          <Around entry={entry} question={question} />
          {/* Of values that were not sealed nothing is to be made. */}
          {entry.change !== undefined && !finding?.isData && <Undo entry={entry} question={question} />}
          {sealed.error ? <Failure error={sealed.error} /> : sealed.data && <Raw sealed={sealed.data} />}
        </div>
        <div class="entry-aside">
          <SealPanel entry={entry} />
          <HowCard explained={explain(entry, sections)} />
          <Doubted is={finding?.isActor}>
            <ActorCard entry={entry} missing={missing} />
          </Doubted>
          <Doubted is={finding?.isOpen}>
            <WhenCard entry={entry} />
          </Doubted>
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
  const stepOn = (): boolean => {
    const { after, isLast } = besideInList(entry.id);
    if (after !== undefined || isLast) return step(after);
    void goOnBehind(entry.id).then((isMore) => isMore && step(besideInList(entry.id).after));
    return false;
  };
  const { resource, group, actor } = entry;
  const id = actor?.['id'];
  useKeys({
    j: stepOn,
    k: () => step(besideInList(entry.id).before),
    e: () => (typeof id === 'string' && id !== '' ? to({ view: 'actor', id }) : true),
    r: () => (resource?.id === undefined ? true : to({ view: 'record', type: resource.type, id: resource.id })),
    g: () => (group === undefined ? true : to({ view: 'timeline' }, [{ name: 'group', value: group }])),
    v: prove,
    Escape: () => history.back(),
  });
}

/** As if the button were pressed; where there is none, to what the seal is computed of. */
function prove(): void {
  const button = document.querySelector<HTMLElement>('.seal-acts button');
  const to = button ?? document.querySelector<HTMLElement>('.seal summary');
  to?.focus();
  button?.click();
}
