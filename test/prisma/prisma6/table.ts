import { SHAPES_BY_PART } from '../../capture/shapes/index.js';
import { OTHER_ANSWERS } from './other-answers.js';

/** As jest tells of a test. */
export interface Answer {
  readonly fullName: string;
  readonly title: string;
  readonly ancestorTitles: readonly string[];
  readonly status: string;
  readonly failureMessages: readonly string[];
}

const PREFIX = 'captures and does not disturb: ';

/** Operations × ways of making a client × how many ended well; then what ended otherwise, and the other tests as one line each. */
export function table(head: string, answers: readonly Answer[]): string {
  const shapes = answers.filter(({ title }) => title.startsWith(PREFIX));
  const wayOf = ({ ancestorTitles }: Answer): string => ancestorTitles.at(-1)?.replace(/ \([^(]*\)$/, '') ?? '';
  const ways = [...new Set(shapes.map(wayOf))];
  const count = (of: readonly Answer[]): string =>
    `${of.filter(({ status }) => status === 'passed').length}/${of.filter(({ status }) => status !== 'pending').length}`;
  const lines = [`\n${head}`, ...ways.map((way, i) => `  way ${i + 1}: ${way}`)];
  const row = (name: string, cells: readonly string[]): void =>
    void lines.push(`${name.padEnd(48)} ${cells.map((cell) => cell.padStart(9)).join('')}`);
  row('operations', ways.map((_, i) => `way ${i + 1}`)); // prettier-ignore
  for (const [part, of] of SHAPES_BY_PART) {
    const names = new Set(of.map(({ name }) => PREFIX + name));
    const here = shapes.filter(({ title }) => names.has(title));
    row(part, ways.map((way) => count(here.filter((answer) => wayOf(answer) === way)))); // prettier-ignore
  }
  const rest = new Map<string, Answer[]>();
  for (const answer of answers) {
    const [first = 'others'] = answer.ancestorTitles;
    if (!shapes.includes(answer)) rest.set(first, [...(rest.get(first) ?? []), answer]);
  }
  for (const [name, of] of rest) row(name.slice(0, 48), [count(of)]);
  for (const [, said, why] of OTHER_ANSWERS) {
    const n = answers.filter(({ failureMessages }) => failureMessages.some((text) => said.test(text))).length;
    if (n > 0) lines.push(`  ${n} end otherwise, for Prisma 6: ${why}`);
  }
  return `${lines.join('\n')}\n`;
}
