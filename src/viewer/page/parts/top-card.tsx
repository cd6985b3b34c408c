import type { JSX } from 'preact';
import type { FacetValue } from '../../answers.js';
import { moveTo, type FilterName, type Range } from '../routes.js';
import { t } from '../texts.js';
import { useApp } from './app.js';
import { Named } from './named.js';

interface TopCardProps {
  readonly title: string;
  readonly values: readonly FacetValue[];
  readonly filter: FilterName;
  readonly range: Range;
  /** How a value is shown; its text otherwise. */
  readonly show?: (value: string) => JSX.Element;
}

const MOST = 8;

/** Which values there were most of; each leads to its entries. */
export function TopCard({ title, values, filter, range, show }: TopCardProps): JSX.Element {
  const { where, href } = useApp();
  const shown = values.slice(0, MOST);
  const most = Math.max(1, ...shown.map(({ count }) => count));
  return (
    <section class="card">
      <div class="card-head">
        <h2>{title}</h2>
      </div>
      <div class="card-body">
        {shown.length === 0 && <p class="aside">{t.noneInRange}</p>}
        <ol class="top-list">
          {shown.map(({ value, label, count }) => (
            <li key={value}>
              <span class="top-name">
                {value === null || value === '' ? (
                  <span class="none">{t.none}</span>
                ) : (
                  <a href={href({ ...moveTo(where, { view: 'timeline' }, [{ name: filter, value }]), range })}>
                    {show ? show(value) : <Named value={value} label={label} />}
                  </a>
                )}
              </span>
              <svg class="top-bar" viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true">
                <rect width="100" height="6" rx="1" class="rail" />
                <rect width={Math.max(0.5, (count / most) * 100)} height="6" rx="1" />
              </svg>
              <span class="number">{count.toLocaleString('en')}</span>
            </li>
          ))}
        </ol>
      </div>
    </section>
  );
}
