import { AuditError } from '../event/errors.js';
import type { ToldMore } from '../store/postgres/index.js';
import type { Environment } from './environment.js';
import { line, paint, print } from './terminal.js';

const SHOWN = 20;

/** A configuration that was given and does not say it. @throws AuditError `AUDIT_OPTIONS_INVALID` */
export function checkWithoutConfig({ config }: Environment, withoutConfig = false): void {
  if (!withoutConfig || config.file === undefined) return;
  const where = config.namedBy === undefined ? 'is in this folder' : `is named by ${config.namedBy}`;
  throw new AuditError('AUDIT_OPTIONS_INVALID', `--without-config says that there is no configuration, and ${config.file} ${where}: take one of them away`); // prettier-ignore
}

/**
 * What the log would tell that it does not now. With a configuration it is done, and said; without one that was most likely
 * forgotten, so it is refused.
 * @throws AuditError `AUDIT_CONFIG_INVALID`
 */
export function sayOrRefuse({ config }: Environment, more: readonly ToldMore[], withoutConfig = false): void {
  if (more.length > 0 && config.file === undefined && !withoutConfig) {
    const list = more.slice(0, SHOWN).map(({ name, now }) => `${name} (${now})`);
    const rest = more.length > SHOWN ? ` and ${more.length - SHOWN} more` : '';
    throw new AuditError(
      'AUDIT_CONFIG_INVALID',
      `no configuration was found, and without one the log would tell more than it does now: ${list.join(', ')}${rest}. Nothing was changed. Say where it is: --config FILE, "nestjs-prisma-audit": { "config": FILE } in package.json, or AUDIT_CONFIG; or pass --without-config, if there is to be none. Looked at ${config.lookedAt}`,
      { more: more.map(({ name }) => name) },
    );
  }
  for (const { name, will } of more) print(line`${paint.red('-')} ${name} ${will} from now on`);
}
