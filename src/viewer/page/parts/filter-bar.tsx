import type { JSX } from 'preact';
import { useId, useRef, useState } from 'preact/hooks';
import { useKeys } from '../keys.js';
import { withCondition, withoutCondition, type Condition } from '../routes.js';
import { readCondition, suggestionsFor, type Known, type Suggestion } from '../suggest.js';
import { filterNames, t } from '../texts.js';
import { useApp } from './app.js';
import { Named } from './named.js';
import { Text } from './text.js';

/** The filter in force as chips, and an input that adds to it: `actor:ada`, or any text that is looked for in what is loaded. */
export function FilterBar({
  known,
  hint = t.filterHint,
}: {
  readonly known: Known;
  readonly hint?: string;
}): JSX.Element {
  const { where, go } = useApp();
  const [text, setText] = useState('');
  const [isOpen, setOpen] = useState(false);
  const [at, setAt] = useState(-1);
  const input = useRef<HTMLInputElement>(null);
  const id = useId();
  useKeys({ '/': () => input.current?.focus() });

  const suggestions = isOpen ? suggestionsFor(text, known) : [];
  const isListed = suggestions.length > 0;
  const done = (): void => {
    setText('');
    setAt(-1);
  };
  /** What was typed is a filter now: keys are those of the list again. */
  const away = (): void => {
    done();
    setOpen(false);
    input.current?.blur();
  };
  const add = (condition: Condition): void => {
    go(withCondition(where, condition));
    away();
  };
  const take = (suggestion: Suggestion): void => {
    if (suggestion.kind === 'condition') add(suggestion.condition);
    else if (suggestion.kind === 'search') {
      go({ ...where, search: suggestion.text });
      away();
    } else {
      setText(`${suggestion.name}:`);
      setAt(-1);
      input.current?.focus();
    }
  };
  const enter = (): void => {
    const chosen = suggestions[at];
    if (chosen) return take(chosen);
    const condition = readCondition(text);
    if (condition) return add(condition);
    if (text.trim() !== '') take({ kind: 'search', text: text.trim() });
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const count = suggestions.length;
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault();
      setOpen(true);
      if (count > 0)
        setAt((before) => (before + (event.key === 'ArrowDown' ? 1 : before < 0 ? 0 : -1) + count) % count);
    } else if (event.key === 'Enter' && !event.isComposing) {
      event.preventDefault();
      enter();
    } else if (event.key === 'Escape') {
      event.preventDefault();
      if (text !== '' || isListed) {
        done();
        setOpen(false);
      } else input.current?.blur();
    } else if (event.key === 'Backspace' && text === '') {
      const last = where.conditions.at(-1);
      if (where.search !== '') go({ ...where, search: '' });
      else if (last) go(withoutCondition(where, last));
    }
  };

  return (
    <div
      class="filter"
      role="search"
      onClick={(event) => event.target === event.currentTarget && input.current?.focus()}
    >
      <svg class="icon filter-icon" viewBox="0 0 16 16" aria-hidden="true">
        <circle cx="7" cy="7" r="4.5" />
        <path d="m10.5 10.5 3 3" />
      </svg>
      {where.conditions.map((condition) => (
        <Chip
          key={condition.name + condition.value}
          name={filterNames[condition.name].label}
          value={condition.name === 'failures' ? '' : condition.value}
          away={() => go(withoutCondition(where, condition))}
        />
      ))}
      {where.search !== '' && <Chip name={t.contains} value={where.search} away={() => go({ ...where, search: '' })} />}
      <input
        ref={input}
        class="filter-input"
        type="text"
        role="combobox"
        aria-label={t.filter}
        aria-expanded={isListed}
        aria-controls={id}
        aria-autocomplete="list"
        aria-activedescendant={at >= 0 ? `${id}-${at}` : undefined}
        autocomplete="off"
        autocapitalize="off"
        spellcheck={false}
        placeholder={where.conditions.length === 0 && where.search === '' ? hint : t.filterMore}
        value={text}
        onInput={(event) => {
          setText(event.currentTarget.value);
          setOpen(true);
          setAt(-1);
        }}
        onFocus={() => setOpen(true)}
        onBlur={() => setOpen(false)}
        onKeyDown={onKeyDown}
      />
      {where.conditions.length + (where.search === '' ? 0 : 1) > 1 && (
        <button
          type="button"
          class="button button-quiet filter-clear"
          onClick={() => go({ ...where, conditions: [], search: '' })}
        >
          {t.clear}
        </button>
      )}
      <div class="suggestions popover" hidden={!isListed}>
        <ul id={id} role="listbox" aria-label={t.suggestions}>
          {suggestions.map((suggestion, index) => (
            <li
              key={index}
              id={`${id}-${index}`}
              role="option"
              aria-selected={index === at}
              class="menu-item"
              // The input keeps the focus.
              onMouseDown={(event) => event.preventDefault()}
              onClick={() => take(suggestion)}
            >
              <Suggested of={suggestion} />
            </li>
          ))}
        </ul>
      </div>
    </div>
  );
}

function Suggested({ of: suggestion }: { readonly of: Suggestion }): JSX.Element {
  if (suggestion.kind === 'search')
    return (
      <span>
        {t.searchFor} <Text of={suggestion.text} limit={80} />
      </span>
    );
  if (suggestion.kind === 'name')
    return (
      <>
        <code>{suggestion.name}:</code>
        <span class="aside">{filterNames[suggestion.name].hint}</span>
      </>
    );
  const { name, value } = suggestion.condition;
  return (
    <>
      <span class="suggested">
        <span class="chip-name">{filterNames[name].label}</span> <Named value={value} label={suggestion.label} />
      </span>
      {suggestion.count !== undefined && <span class="aside number">{suggestion.count.toLocaleString('en')}</span>}
    </>
  );
}

interface ChipProps {
  readonly name: string;
  readonly value: string;
  readonly away: () => void;
}

function Chip({ name, value, away }: ChipProps): JSX.Element {
  return (
    <span class="chip">
      <span class="chip-name">{name}</span>
      {value !== '' && <Text of={value} limit={120} />}
      <button type="button" class="chip-away" aria-label={`${t.remove} ${name} ${value.slice(0, 60)}`} onClick={away}>
        ×
      </button>
    </span>
  );
}
