import type { JSX } from 'preact';
import { absolute } from '../routes.js';
import { offsetOf } from '../time.js';
import { filterNames, t } from '../texts.js';
import { useApp } from './app.js';
import { useLastVerify } from './status.js';
import { Moment } from './moment.js';
import { rangeText } from './range-menu.js';
import { Text } from './text.js';

/** On each page that is printed: of what it is, in which zone, and what the last check said. */
export function PrintHead(): JSX.Element {
  const { session, where, zone } = useApp();
  const last = useLastVerify();
  const tenant = where.tenant === undefined ? t.allTenants : where.tenant || t.defaultTenant;
  const range = rangeText(absolute(where.range, Date.now()), zone);
  return (
    <div class="print-head" aria-hidden="true">
      <div>
        <strong>{session.deployment ?? t.product}</strong> · <Text of={tenant} /> · {range} · {zone} (
        {offsetOf(zone, Date.now())}) · {t.printed} {new Date().toISOString().slice(0, 16).replace('T', ' ')} UTC
      </div>
      <div>
        {last && (
          <>
            {last.at === undefined ? last.word : `${t.lastVerify}: ${last.word}, `}
            {last.at && <Moment at={last.at} />}.{' '}
          </>
        )}
        {where.conditions.map(({ name, value }) => (
          <span key={name + value}>
            {filterNames[name].label}: <Text of={value} limit={80} />;{' '}
          </span>
        ))}
      </div>
    </div>
  );
}
