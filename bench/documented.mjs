import { readFileSync } from 'node:fs';

/** The questions of docs/queries.md, each in its three forms; described in documented.d.mts. */
export function documented() {
  const page = readFileSync(new URL('../docs/queries.md', import.meta.url), 'utf8');
  const [questions] = page.split('<!-- end of the questions -->');
  return questions
    .split(/^## /m)
    .slice(1)
    .map((part) => {
      const block = (language) => new RegExp(`^\`\`\`${language}\n([^]*?)\n\`\`\``, 'm').exec(part)?.[1];
      const [api, command] = [block('ts'), block('sh')];
      const title = part.slice(0, part.indexOf('\n'));
      if (api === undefined || command === undefined) throw new Error(`${title}: has no call`);
      return { title, api, command: wordsOf(command), sql: block('sql'), index: /^Index: `(\w+)`/m.exec(part)?.[1] };
    });
}

/** What comes behind the name of the command, as a shell would split it. */
function wordsOf(command) {
  const words = command.match(/'[^']*'|\S+/g) ?? [];
  return words.slice(2).map((word) => word.replaceAll("'", ''));
}

export const filledIn = (command, open) => command.map((word) => word.replace(/^\$(\w+)$/, (_, name) => open[name]));

export const inSql = (sql, open) => sql.replaceAll(/:'(\w+)'/g, (_, name) => `'${open[name.toUpperCase()]}'`);
