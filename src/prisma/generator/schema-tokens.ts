/**
 * The words of a Prisma schema. Prisma hands its generators a datamodel that is formatted anew, put together of all files, and
 * without what the client ignores; where something stands, and what is left out, only the files themselves tell.
 */
export interface Token {
  readonly kind: 'word' | 'string' | 'attribute' | 'symbol' | 'newline' | 'doc' | 'comment';
  readonly text: string;
  /** 1-based. */
  readonly line: number;
}

/** In this order: what begins with a slash inside a string is no comment, and three slashes are more than two. */
const KINDS: readonly (readonly [Token['kind'], string])[] = [
  ['string', String.raw`"(?:[^"\\\n]|\\.)*"`],
  ['doc', String.raw`\/\/\/[^\n]*`],
  ['comment', String.raw`\/\/[^\n]*|\/\*[^]*?\*\/`],
  ['newline', String.raw`\n`],
  ['attribute', String.raw`@@?[\p{L}_][\p{L}\p{N}_.]*`],
  ['word', String.raw`[\p{L}\p{N}_][\p{L}\p{N}_-]*`],
  ['symbol', String.raw`\S`],
];
const TOKEN = new RegExp(KINDS.map(([kind, pattern]) => `(?<${kind}>${pattern})`).join('|'), 'gu');

export function tokensOf(source: string): readonly Token[] {
  let line = 1;
  return Array.from(source.replaceAll('\r\n', '\n').matchAll(TOKEN), (match) => {
    const [kind, text] = Object.entries(match.groups ?? {}).find(([, found]) => found !== undefined) as [
      Token['kind'], // the pattern has no other names
      string,
    ];
    const token = { kind, text, line };
    line += text.split('\n').length - 1;
    return token;
  });
}

/** What a string of the schema means; its escapes are those of JSON. */
export function stringOf(text: string): string {
  return JSON.parse(text) as string;
}
