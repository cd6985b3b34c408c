import { readFileSync } from 'node:fs';

/** A question of docs/queries.md in its three forms. */
export interface Documented {
  readonly title: string;
  readonly api: string;
  readonly command: readonly string[];
  readonly sql: string | undefined;
  readonly index: string | undefined;
}

/** Values that the page leaves open. */
export interface Open {
  readonly ENTRY: string;
  readonly GROUP: string;
  readonly TX: string;
}

export function documented(): readonly Documented[] {
  const page = readFileSync(new URL('../../docs/queries.md', import.meta.url), 'utf8');
  const [questions = ''] = page.split('<!-- end of the questions -->');
  return questions
    .split(/^## /m)
    .slice(1)
    .map((part) => {
      const block = (language: string): string | undefined => new RegExp(`^\`\`\`${language}\n([^]*?)\n\`\`\``, 'm').exec(part)?.[1]; // prettier-ignore
      const [api, command] = [block('ts'), block('sh')];
      const title = part.slice(0, part.indexOf('\n'));
      if (api === undefined || command === undefined) throw new Error(`${title}: has no call`);
      return { title, api, command: wordsOf(command), sql: block('sql'), index: /^Index: `(\w+)`/m.exec(part)?.[1] };
    });
}

/** What comes behind the name of the command, as a shell would split it. */
function wordsOf(command: string): readonly string[] {
  const words = command.match(/'[^']*'|\S+/g) ?? [];
  return words.slice(2).map((word) => word.replaceAll("'", ''));
}

export const filledIn = (command: readonly string[], open: Open): readonly string[] =>
  command.map((word) => word.replace(/^\$(\w+)$/, (_, name: string) => open[name as keyof Open]));

/** psql's variables as parameters of the driver. */
export const inSql = (sql: string, open: Open): string =>
  sql.replaceAll(/:'(\w+)'/g, (_, name: string) => `'${open[name.toUpperCase() as keyof Open]}'`);
