import { Command } from 'commander';
import { checkActions, type ActionCatalogue } from '../event/actions.js';
import { AuditError } from '../event/errors.js';
import { membersOf } from './action-members.js';
import { configuration, loadModule } from './environment.js';
import { actionsAsMarkdown, actionsAsTable, type ActionLine } from './print-actions.js';
import { print, printJson } from './terminal.js';

interface ActionsOptions {
  file?: string;
  json?: boolean;
  markdown?: boolean;
}

/** For the auditor: what the entries of this application can be called, and what that means. Needs no database. */
export function actionsCommand(): Command {
  return new Command('actions')
    .description('show the catalogue of actions: what the application audits, and what each entry tells')
    .option('--file <path>', 'module that exports it, as default or as "actions" (default: actions of audit.config)')
    .option('--json', 'as JSON: an array of { action, resource, severity, description, details }')
    .option('--markdown', 'as a Markdown table')
    .action(async (options: ActionsOptions, command: Command) => {
      const catalogue = await catalogueOf(options.file, command);
      const lines: ActionLine[] = Object.entries(catalogue).map(
        ([action, { resource, severity, description, details }]) => ({
          action,
          resource,
          severity,
          description,
          details: details && membersOf(details),
        }),
      );
      if (options.json) printJson(lines, 2);
      else print(options.markdown ? actionsAsMarkdown(lines) : actionsAsTable(lines));
    });
}

async function catalogueOf(file: string | undefined, command: Command): Promise<ActionCatalogue> {
  const found = file === undefined ? await configured(command) : await exported(file);
  checkActions(found);
  return found;
}

async function configured(command: Command): Promise<unknown> {
  const { found, said } = await configuration(command.optsWithGlobals<{ config?: string }>());
  if (said.actions !== undefined) return said.actions;
  throw new AuditError(
    'AUDIT_CONFIG_INVALID',
    found.file === undefined
      ? `there is no audit.config (looked at ${found.lookedAt}): pass the module of the catalogue with --file`
      : `${found.file} has no actions: add defineAudit({ actions }), or pass the module of the catalogue with --file`,
  );
}

/** A module's default export is the catalogue itself; so is what it calls `actions`. */
async function exported(file: string): Promise<unknown> {
  const found = await loadModule(file);
  const named = typeof found === 'object' && found !== null && 'actions' in found ? found.actions : undefined;
  return named ?? found;
}
