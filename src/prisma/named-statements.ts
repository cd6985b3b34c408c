import type { DriverAdapter } from './driver-adapter.js';

const warned = new Set<string>();

/** Each text once for a process. */
export function warnOfNames(text: string): void {
  if (warned.has(text)) return;
  warned.add(text);
  process.emitWarning(text, { type: 'AuditWarning', code: 'AUDIT_NAMED_STATEMENTS' });
}

/**
 * Prepared statements by name (`new PrismaPg(pool, { statementNameGenerator })`) do not go with a comment that tells who
 * acts. A name that depends on the whole text gives each connection one more statement for each context, kept until it
 * closes. A name that does not is refused by `pg` as soon as the context is another one: the write fails. Nothing is
 * ever logged with a wrong context. Said once for a process, as a Node warning with the code `AUDIT_NAMED_STATEMENTS`.
 */
export function warnOfNamedStatements(adapter: DriverAdapter): void {
  if (!namesStatements(adapter)) return;
  warnOfNames(
    'the adapter prepares its statements by name (statementNameGenerator): each context is a new text, so connections fill with prepared statements, or fail where the name stays the same. Leave the option out',
  );
}

/** `pgOptions` is a protected member of the adapter of `@prisma/adapter-pg`, whose options have no public place. */
function namesStatements(adapter: DriverAdapter): boolean {
  const options: unknown = Reflect.get(adapter, 'pgOptions');
  return typeof options === 'object' && options !== null && Reflect.has(options, 'statementNameGenerator');
}
