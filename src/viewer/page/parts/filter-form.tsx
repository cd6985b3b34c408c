import type { JSX } from 'preact';
import { FLAGS, OUTCOMES, SEVERITIES, SOURCES } from '../../../event/types.js';
import { FILTERS, type Condition, type FilterName } from '../routes.js';
import { resourceValue, type Known } from '../suggest.js';
import { filterNames, t } from '../texts.js';
import { useApp } from './app.js';
import { Menu } from './menu.js';

const CHOICES: Partial<Readonly<Record<FilterName, readonly string[]>>> = { severity: SEVERITIES, flag: FLAGS };
const SEVERAL: Partial<Readonly<Record<FilterName, readonly string[]>>> = { outcome: OUTCOMES, source: SOURCES };

/** The same filters as a form, for whoever rather clicks. */
export function FilterForm({ known }: { readonly known: Known }): JSX.Element {
  const { where, go } = useApp();
  const apply = (form: HTMLFormElement): void => {
    const given = new FormData(form);
    const conditions = FILTERS.flatMap((name): Condition[] =>
      given.getAll(name).flatMap((value) => {
        const text = typeof value === 'string' ? value.trim() : '';
        return text === '' ? [] : [{ name, value: name === 'resource' ? resourceValue(text) : text }];
      }),
    );
    go({ ...where, conditions });
  };
  return (
    <Menu label={t.filters} align="end" class="filter-form">
      {(close) => (
        <form
          class="form"
          onSubmit={(event) => {
            event.preventDefault();
            apply(event.currentTarget);
            close();
          }}
        >
          <div class="form-grid">
            {FILTERS.map(
              (name) =>
              <Field key={name} name={name} known={known} given={where.conditions.filter((each) => each.name === name).map(({ value }) => value)} />, // prettier-ignore
            )}
          </div>
          <div class="form-acts">
            <button
              type="button"
              class="button button-quiet"
              onClick={() => {
                go({ ...where, conditions: [] });
                close();
              }}
            >
              {t.clear}
            </button>
            <button class="button button-primary">{t.apply}</button>
          </div>
        </form>
      )}
    </Menu>
  );
}

interface FieldProps {
  readonly name: FilterName;
  readonly given: readonly string[];
  readonly known: Known;
}

function Field({ name, given, known }: FieldProps): JSX.Element {
  const { label, hint } = filterNames[name];
  const several = SEVERAL[name];
  if (several !== undefined)
    return (
      <fieldset class="field field-several">
        <legend>{label}</legend>
        {several.map((value) => (
          <label key={value} class="check">
            <input type="checkbox" name={name} value={value} defaultChecked={given.includes(value)} /> {value}
          </label>
        ))}
      </fieldset>
    );
  if (name === 'failures')
    return (
      <label class="check field-check">
        <input type="checkbox" name={name} value="true" defaultChecked={given.length > 0} /> {hint}
      </label>
    );
  const choices = CHOICES[name];
  const id = `known-${name}`;
  return (
    <label class="field">
      <span>{label}</span>
      {choices ? (
        <select class="select" name={name} defaultValue={given[0] ?? ''}>
          <option value="">{t.any}</option>
          {choices.map((value) => (
            <option key={value} selected={value === given[0]}>
              {value}
            </option>
          ))}
        </select>
      ) : (
        <input class="input" name={name} defaultValue={given[0] ?? ''} placeholder={hint} list={known[name] ? id : undefined} autocomplete="off" spellcheck={false} /> // prettier-ignore
      )}
      {known[name] && !choices && (
        <datalist id={id}>
          {known[name].map(({ value }) => (
            <option key={value} value={value} />
          ))}
        </datalist>
      )}
    </label>
  );
}
