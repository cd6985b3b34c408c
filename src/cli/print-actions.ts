import type { Severity } from '../event/types.js';
import type { Details } from './action-members.js';
import { clip, joined, line, markdownCell, table, wrapped, type Text } from './terminal.js';

export interface ActionLine {
  readonly action: string;
  readonly resource: string | undefined;
  readonly severity: Severity | undefined;
  readonly description: string | undefined;
  readonly details: Details | undefined;
}

const HEAD = ['action', 'resource', 'severity', 'details', 'meaning'];

/** Of a cell of the table, in characters. */
const WIDTH = 42;
/** Of a name in a cell. */
const NAME = 80;

export function actionsAsTable(lines: readonly ActionLine[]): Text {
  return table(
    HEAD,
    lines.map((each) => cells(each, '\n').map((cell) => wrapped(cell, WIDTH))),
  );
}

export function actionsAsMarkdown(lines: readonly ActionLine[]): Text {
  const row = (texts: readonly (Text | string)[]): Text =>
    line`| ${joined(
      texts.map((text) => markdownCell(text)),
      ' | ',
    )} |`;
  return joined([row(HEAD), row(HEAD.map(() => '---')), ...lines.map((each) => row(cells(each, '<br>')))], '\n');
}

function cells({ action, resource, severity, description, details }: ActionLine, newLine: '\n' | '<br>'): Text[] {
  return [
    clip(action, NAME),
    clip(resource ?? '', NAME),
    clip(severity ?? '', NAME),
    detailsCell(details, newLine),
    clip(oneLine(description ?? ''), 2_000),
  ];
}

function detailsCell(details: Details | undefined, newLine: '\n' | '<br>'): Text {
  if (details === undefined) return line`any`;
  const { vendor, members } = details;
  if (members === undefined) return line`validated by ${clip(vendor, NAME)}`;
  return joined(
    members.map(({ name, type, optional }) => line`${clip(name, NAME)}${optional ? '?' : ''}: ${clip(type, 500)}`),
    newLine,
  );
}

/** A description may be wrapped where it is written. */
function oneLine(text: string): string {
  return text.trim().replaceAll(/[ \t\r\n]+/g, ' ');
}
