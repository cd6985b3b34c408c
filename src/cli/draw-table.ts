// Our own: text that is fit for a terminal has no other.
const SGR = new RegExp(String.raw`\u001b\[\d+m`, 'g');
// What takes two columns: East Asian wide and fullwidth forms, and emoji.
const WIDE =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Emoji_Presentation}|[\u{20000}-\u{3fffd}]/u;

/** Columns that a line takes. */
export function columnsOf(line: string): number {
  let columns = 0;
  for (const character of line.replace(SGR, '')) {
    if (character >= ' ' && character <= '~') columns += 1;
    else if (WIDE.test(character)) columns += 2;
    else if (!/\p{M}/u.test(character)) columns += 1;
  }
  return columns;
}

/** A table with a frame; cells may have several lines. Takes a time that is linear in its text. */
export function drawTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const cells = [head, ...rows].map((row) => row.map((cell) => cell.split('\n').map((line) => ({ line, columns: columnsOf(line) })))); // prettier-ignore
  const widths = head.map((_, at) =>
    cells.reduce((most, row) => (row[at] ?? []).reduce((wide, { columns }) => Math.max(wide, columns), most), 0),
  );
  const rule = (left: string, between: string, right: string): string =>
    left + widths.map((width) => '─'.repeat(width + 2)).join(between) + right;
  const drawn = cells.map((row) => {
    const height = row.reduce((most, cell) => Math.max(most, cell.length), 1);
    return Array.from({ length: height }, (_, y) => {
      const parts = widths.map((width, at) => {
        const { line, columns } = row[at]?.[y] ?? { line: '', columns: 0 };
        return ` ${line}${' '.repeat(width - columns)} `;
      });
      return `│${parts.join('│')}│`;
    });
  });
  const [first = [], ...others] = drawn;
  return [rule('┌', '┬', '┐'), ...first, rule('├', '┼', '┤'), ...others.flat(), rule('└', '┴', '┘')].join('\n');
}
