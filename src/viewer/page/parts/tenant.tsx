import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { visible } from '../../../event/visible.js';
import { t } from '../texts.js';
import { useApp } from './app.js';
import { Menu } from './menu.js';
import { Text } from './text.js';

/** Whose log is looked at: nothing to choose where there is one. */
export function TenantChoice(): JSX.Element | null {
  const { session, where, go } = useApp();
  const { tenants } = session;
  const choose = (tenant: string | undefined): void => go({ ...where, tenant });
  if (tenants === 'all') return <AnyTenant choose={choose} />;
  if (tenants.length === 1 && tenants[0] === '') return null;
  if (tenants.length === 1)
    return (
      <span class="choice choice-fixed" title={t.tenant}>
        <Text of={tenants[0]} limit={40} />
      </span>
    );
  return (
    <label class="choice" title={t.tenant}>
      <span class="unseen">{t.tenant}</span>
      <select class="select" value={where.tenant} onChange={(event) => choose(event.currentTarget.value)}>
        {tenants.map((tenant) => (
          <option key={tenant} value={tenant}>
            {tenant === '' ? t.defaultTenant : visible(tenant, 80)}
          </option>
        ))}
      </select>
    </label>
  );
}

function AnyTenant({ choose }: { readonly choose: (tenant: string | undefined) => void }): JSX.Element {
  const { where } = useApp();
  const [text, setText] = useState(where.tenant ?? '');
  const label = where.tenant === undefined ? t.allTenants : where.tenant === '' ? t.defaultTenant : where.tenant;
  return (
    <Menu label={<Text of={label} limit={24} />} title={t.tenant} class="choice" align="end">
      {(close) => (
        <form
          class="form"
          onSubmit={(event) => {
            event.preventDefault();
            choose(text);
            close();
          }}
        >
          <button
            type="button"
            class="menu-item"
            aria-pressed={where.tenant === undefined}
            onClick={() => {
              choose(undefined);
              close();
            }}
          >
            {t.allTenants}
          </button>
          <button
            type="button"
            class="menu-item"
            aria-pressed={where.tenant === ''}
            onClick={() => {
              choose('');
              close();
            }}
          >
            {t.defaultTenant}
          </button>
          <label class="field">
            <span>{t.oneTenant}</span>
            <input class="input" value={text} onInput={(event) => setText(event.currentTarget.value)} />
          </label>
          <button class="button button-primary">{t.show}</button>
        </form>
      )}
    </Menu>
  );
}
