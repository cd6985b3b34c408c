import type { JSX } from 'preact';
import type { JsonObject, JsonValue } from '../../../event/types.js';
import { readVerdict } from '../level.js';
import { t } from '../texts.js';
import { usePlaceHref } from './app.js';
import { Moment } from './moment.js';
import { Text } from './text.js';

const list = (value: JsonValue | undefined): readonly JsonValue[] => (Array.isArray(value) ? value : []);
const object = (value: JsonValue | undefined): JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {};
const words = (value: JsonValue | undefined): string => (typeof value === 'string' ? value : '');

/** A report of `verify --json`: the verdict, what was found, and what it cannot know. */
export function Report({ report }: { readonly report: JsonObject }): JSX.Element {
  const verdict = readVerdict(report['verdict']);
  const level = words(report['level']);
  const codes = Object.entries(object(report['codes']));
  const findings = list(report['findings']).map(object);
  const limits = [...list(report['notes']), ...list(report['limits'])].map(words);
  const levelText = (t.levels as Readonly<Record<string, string>>)[level];
  return (
    <div class={`report report-${verdict.tone}`}>
      <p class="report-verdict">
        <span class={`badge badge-${verdict.tone}`}>{t.verdicts[verdict.word]}</span>{' '}
        <span class="number">{t.verifiedEntries(Number(report['entries'] ?? 0), list(report['chains']).length)}</span>
        {typeof report['verifiedAt'] === 'string' && (
          <span class="aside">
            {' '}
            <Moment at={report['verifiedAt']} />
          </span>
        )}
      </p>
      {levelText && (
        <p class="aside">
          {level}: {levelText}
        </p>
      )}
      {codes.map(([code, found]) => (
        <div key={code} class="note note-bad report-code">
          <code>{code}</code>
          <div>
            <p>
              <Text of={object(found)['means']} limit={400} />{' '}
              <span class="number">({String(object(found)['count'])})</span>
            </p>
            <p class="aside">
              <Text of={object(found)['todo']} limit={400} />
            </p>
          </div>
        </div>
      ))}
      {findings.length > 0 && (
        <ul class="report-findings">
          {findings.slice(0, 50).map((finding, at) => (
            <Finding key={at} finding={finding} tenants={tenantsOf(report)} />
          ))}
        </ul>
      )}
      {limits.length > 0 && (
        <details class="behind">
          <summary>{t.cannotKnow}</summary>
          <ul class="report-limits">
            {limits.map((limit) => (
              <li key={limit}>
                <Text of={limit} limit={600} />
              </li>
            ))}
          </ul>
        </details>
      )}
    </div>
  );
}

function tenantsOf(report: JsonObject): ReadonlyMap<string, string> {
  return new Map(
    list(report['chains']).map((chain) => [words(object(chain)['origin']), words(object(chain)['tenant'])]),
  );
}

interface FindingProps {
  readonly finding: JsonObject;
  readonly tenants: ReadonlyMap<string, string>;
}

function Finding({ finding, tenants }: FindingProps): JSX.Element {
  const href = usePlaceHref();
  const { id, origin, message } = finding;
  const said = <Text of={message} limit={600} />;
  const tenant = tenants.get(words(origin));
  return (
    <li>
      {typeof id === 'string' && tenant !== undefined ? (
        <a href={href({ view: 'entry', id }, [], tenant)}>{said}</a>
      ) : (
        said
      )}
    </li>
  );
}
