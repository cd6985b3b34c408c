import type { JSX } from 'preact';
import type { ShownEntry } from '../../answers.js';
import type { Finding } from '../check/finding.js';
import { e } from '../entry-texts.js';
import type { Parts } from '../fill.js';
import { isOfTemplate } from '../sentence.js';
import { useApp, usePlaceHref } from './app.js';
import { ActionBadge, Flags, OutcomeBadge } from './badges.js';
import { CopyButton } from './copy-button.js';
import { useBeside } from './last-list.js';
import { Moment } from './moment.js';
import { Sentence } from './sentence.js';
import { Text } from './text.js';

interface EntryHeadProps {
  readonly entry: ShownEntry;
  readonly told: Parts;
  readonly finding: Finding | undefined;
}

/** What happened, in one sentence, and how it ended. */
export function EntryHead({ entry, told, finding }: EntryHeadProps): JSX.Element {
  const { href, where, zone, session } = useApp();
  const place = usePlaceHref();
  const { before, after, isLast } = useBeside(entry.id);
  const { resource, severity, tenant } = entry;
  const isDoubted = finding !== undefined && (finding.isOpen || finding.isActor || finding.isData);
  const link = (to: ShownEntry | undefined, sign: string, title: string): JSX.Element | false =>
    to !== undefined && (
      <a
        class="button button-quiet button-icon"
        href={place({ view: 'entry', id: to.id }, [], to.tenant)}
        title={title}
        aria-label={title}
      >
        {sign}
      </a>
    );
  return (
    <header class="entry-head">
      <div class={`entry-badges${finding?.isOpen ? ' struck' : ''}`}>
        <ActionBadge action={entry.action} />
        <OutcomeBadge outcome={entry.outcome} />
        {severity !== undefined && severity !== 'info' && (
          <span class={`badge badge-${severity === 'notice' ? 'info' : severity === 'warning' ? 'warn' : 'bad'}`}>
            {severity}
          </span>
        )}
        <Flags entry={entry} />
        <span class="entry-tools">
          {link(before, '↑', `${e.lastInList} (k)`)}
          {link(after, '↓', `${e.nextInList} (j)`)}
          {isLast && <span class="aside">{e.endOfList}</span>}
          {/* The zone belongs to what is seen, and the tenant to what is found. */}
          <CopyButton of={() => href({ ...where, tenant, zone })} label={e.link} />
        </span>
      </div>
      <h1 class="entry-told">
        {isDoubted ? (
          <s class="struck">
            <Sentence of={told} tenant={tenant} />
          </s>
        ) : (
          <Sentence of={told} tenant={tenant} />
        )}
      </h1>
      {isOfTemplate(entry, session.actions) && <p class="aside">{e.byTemplate}</p>}
      <p class="entry-when dim">
        <Moment at={entry.occurredAt} /> · {tenant === '' ? e.tenantNone : <Text of={tenant} limit={100} />}
        {resource?.id !== undefined && (
          <>
            {' · '}
            <a href={place({ view: 'record', type: resource.type, id: resource.id }, [], tenant)}>{e.history}</a>
          </>
        )}
      </p>
    </header>
  );
}
