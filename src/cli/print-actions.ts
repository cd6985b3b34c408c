import pc from 'picocolors';
import type { Severity } from '../event/types.js';
import type { Details } from './action-members.js';

export interface ActionLine {
  readonly action: string;
  readonly resource: string | undefined;
  readonly severity: Severity | undefined;
  readonly description: string | undefined;
  readonly details: Details | undefined;
}

const HEAD = ['action', 'resource', 'severity', 'details', 'meaning'];

export async function actionsAsTable(lines: readonly ActionLine[]): Promise<string> {
  const { default: Table } = await import('cli-table3');
  const table = new Table({
    head: HEAD.map((name) => pc.bold(name)),
    style: { head: [], border: [], compact: true },
    wordWrap: true,
    colWidths: [null, null, null, 44, 44],
  });
  for (const line of lines) table.push(cells(line, '\n'));
  return table.toString();
}

export function actionsAsMarkdown(lines: readonly ActionLine[]): string {
  // In a cell of a table a pipe would end it.
  const row = (texts: readonly string[]): string =>
    `| ${texts.map((text) => text.replaceAll('|', String.raw`\|`)).join(' | ')} |`;
  return [row(HEAD), row(HEAD.map(() => '---')), ...lines.map((line) => row(cells(line, '<br>')))].join('\n');
}

function cells({ action, resource, severity, description, details }: ActionLine, newLine: string): string[] {
  return [action, resource ?? '', severity ?? '', detailsCell(details, newLine), oneLine(description ?? '')];
}

function detailsCell(details: Details | undefined, newLine: string): string {
  if (details === undefined) return 'any';
  const { vendor, members } = details;
  if (members === undefined) return oneLine(`validated by ${vendor}`);
  return members.map(({ name, type, optional }) => oneLine(`${name}${optional ? '?' : ''}: ${type}`)).join(newLine);
}

/** What is written to a terminal is text alone. */
function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').replace(/\p{Cc}/gu, '�');
}
