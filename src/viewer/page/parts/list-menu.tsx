import type { JSX } from 'preact';
import { t } from '../texts.js';
import { useApp } from './app.js';
import { COLUMNS, type Column } from './cells.js';
import { Menu } from './menu.js';

interface ListMenuProps {
  readonly columns: readonly Column[];
  readonly usual: readonly string[];
}

/** Which columns are shown, how close, and in which order. */
export function ListMenu({ columns, usual }: ListMenuProps): JSX.Element {
  const { where, go } = useApp();
  const shown = new Set(columns.map(({ name }) => name));
  const setColumns = (names: readonly string[]): void => {
    const { columns: _, ...others } = where;
    const isUsual = names.length === usual.length && names.every((name) => usual.includes(name));
    go(isUsual || names.length === 0 ? others : { ...others, columns: names }, 'replace');
  };
  const toggle = (name: string): void =>
    setColumns(COLUMNS.map((column) => column.name).filter((each) => (each === name) !== shown.has(each)));
  const setDensity = (isCompact: boolean): void => {
    const { density: _, ...others } = where;
    go(isCompact ? { ...others, density: 'compact' } : others, 'replace');
  };
  return (
    <Menu label={t.view} align="end" class="list-menu" button="button button-quiet">
      {() => (
        <div class="form">
          <fieldset class="field">
            <legend>{t.columnsTitle}</legend>
            <div class="list-columns">
              {COLUMNS.map(({ name, title }) => (
                <label key={name} class="check">
                  <input type="checkbox" checked={shown.has(name)} onChange={() => toggle(name)} /> {title}
                </label>
              ))}
            </div>
          </fieldset>
          <label class="check">
            <input
              type="checkbox"
              checked={where.density === 'compact'}
              onChange={(event) => setDensity(event.currentTarget.checked)}
            />{' '}
            {t.compact}
          </label>
          <label class="check">
            <input
              type="checkbox"
              checked={where.order === 'oldest'}
              onChange={(event) => go({ ...where, order: event.currentTarget.checked ? 'oldest' : 'newest' })}
            />{' '}
            {t.oldestFirst}
          </label>
        </div>
      )}
    </Menu>
  );
}
