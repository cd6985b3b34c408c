import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { FacetsAnswer, FacetValue } from '../../answers.js';
import type { NoAnswer } from '../api.js';
import { withCondition, withoutCondition, type FilterName } from '../routes.js';
import { t } from '../texts.js';
import { useApp } from './app.js';
import { Failure, Loading } from './states.js';
import { Named } from './named.js';

interface FacetsProps {
  readonly facets: FacetsAnswer | undefined;
  readonly error: NoAnswer | null;
  readonly retry: () => void;
}

const GROUPS: readonly {
  readonly of: 'outcome' | 'action' | 'actor' | 'resourceType' | 'source';
  readonly filter: FilterName;
}[] = [
  { of: 'outcome', filter: 'outcome' },
  { of: 'action', filter: 'action' },
  { of: 'actor', filter: 'actor' },
  { of: 'resourceType', filter: 'resource' },
  { of: 'source', filter: 'source' },
];

/** How many entries of the filter in force have which value; a click narrows the filter by it. */
export function Facets({ facets, error, retry }: FacetsProps): JSX.Element {
  return (
    <aside class="facets" aria-label={t.facets}>
      {error && facets === undefined ? <Failure error={error} retry={retry} /> : null}
      {facets === undefined && !error ? <Loading lines={10} /> : null}
      {facets && (
        <>
          {GROUPS.map(({ of, filter }) => (
            <Group key={of} title={t.facetNames[of]} filter={filter} values={facets[of]} isExact={facets.isExact} />
          ))}
          {!facets.isExact && <p class="facets-note">{t.facetsCapped(facets.walked)}</p>}
        </>
      )}
    </aside>
  );
}

interface GroupProps {
  readonly title: string;
  readonly filter: FilterName;
  readonly values: readonly FacetValue[];
  readonly isExact: boolean;
}

const FIRST = 6;

function Group({ title, filter, values, isExact }: GroupProps): JSX.Element | null {
  const { where, go } = useApp();
  const [isWhole, setWhole] = useState(false);
  const named = values.filter(({ value }) => value !== null && value !== '');
  if (named.length === 0) return null;
  const most = Math.max(...named.map(({ count }) => count));
  return (
    <section class="facet">
      <h2>{title}</h2>
      <ul>
        {(isWhole ? named : named.slice(0, FIRST)).map(({ value, label, count }) => {
          const condition = { name: filter, value: value ?? '' };
          const isIn = where.conditions.some((each) => each.name === filter && each.value === value);
          return (
            <li key={value}>
              <button
                type="button"
                class="facet-value"
                aria-pressed={isIn}
                onClick={() => go(isIn ? withoutCondition(where, condition) : withCondition(where, condition))}
              >
                <Named value={value ?? ''} label={label} />
                <span class="facet-count number">
                  {count.toLocaleString('en')}
                  {isExact ? '' : '+'}
                </span>
                <svg class="facet-bar" viewBox="0 0 100 2" preserveAspectRatio="none" aria-hidden="true">
                  <rect width={Math.max(1, (count / most) * 100)} height="2" />
                </svg>
              </button>
            </li>
          );
        })}
      </ul>
      {named.length > FIRST && (
        <button type="button" class="facet-more" onClick={() => setWhole(!isWhole)}>
          {isWhole ? t.fewer : t.moreOf(named.length - FIRST)}
        </button>
      )}
    </section>
  );
}
