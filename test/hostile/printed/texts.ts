/** Texts that do something to a terminal, or to whoever reads it, each with what it does. */
export const TEXTS: Readonly<Record<string, string>> = {
  'a colour and a verdict': '\u001b[2J\u001b[H\u001b[32mVERIFIED\u001b[0m',
  'a carriage return over the line': 'x\rFORGED VERIFIED  9 entries',
  'backspaces over what was said': `x${'\b'.repeat(40)}FORGED`,
  'a line of its own': 'x\nFORGED ✓ nothing wrong was found\n',
  'a line by U+0085': 'x\u0085FORGED',
  'a line separator': 'x\u2028FORGED',
  'a paragraph separator': 'x\u2029FORGED',
  'a title (OSC 0)': '\u001b]0;title\u0007',
  'a link (OSC 8)': '\u001b]8;;http://evil.example\u001b\\link\u001b]8;;\u001b\\',
  'the clipboard (OSC 52)': '\u001b]52;c;cm0gLXJm\u0007',
  'a device control string': '\u001bPq#0;2;0;0;0\u001b\\',
  'an 8-bit CSI': '\u009b31mred\u009b0m',
  'an 8-bit OSC': '\u009d0;title\u009c',
  'an answer from the terminal': '\u001b[6n\u001b[c\u001b[21t',
  'the alternate screen': '\u001b[?1049h',
  'a full reset': '\u001bc',
  'a bell, a form feed, a vertical tab': '\u0007\f\v',
  'a tab': 'a\tb',
  delete: 'a\u007fb',
  'a right-to-left override': 'abc\u202etxt.exe',
  isolates: '\u2066a\u2067b\u2068c\u2069',
  embeddings: '\u202aa\u202bb\u202cc\u202dd',
  'marks of direction': 'a\u200eb\u200fc\u061cd',
  'zero width': 'ad\u200bmin\u200c\u200d\u2060\ufeff',
  'a soft hyphen, a grapheme joiner': 'ad\u00admin\u034f',
  'fillers of Hangul': '\u115f\u1160\u3164\uffa0',
  tags: '\u{e0001}\u{e0041}\u{e0042}\u{e007f}',
  'variation selectors': 'a\ufe00\ufe0f\u{e0100}\u{e01ef}',
  'interlinear annotation': '\ufff9a\ufffab\ufffb',
  'private use': '\ue000\uf8ff\u{f0000}\u{10fffd}',
  noncharacters: '\ufdd0\ufffe\uffff\u{1fffe}',
  'deprecated format characters': '\u206a\u206b\u206c\u206d\u206e\u206f\u180e',
  'musical and shorthand controls': '\u{1d173}\u{1d17a}\u{1bca0}\u{1bca3}',
  'marks in a pile': `a${'\u0301'.repeat(200)}`,
  'blank of Braille': '\u2800\u2800',
  'an escape that is written out': 'C:\\u001b[31m \\n',
};

/** What PostgreSQL cannot store as text, but JSON can say. */
export const JSON_TEXTS: Readonly<Record<string, string>> = {
  NUL: 'a\u0000b',
  'a lone high surrogate': 'a\ud800b',
  'a lone low surrogate': 'a\udfffb',
  'surrogates in the wrong order': '\udc00\ud800',
};

export const ALL = Object.values(TEXTS).join('|');

const SGR = new RegExp(`${String.fromCodePoint(0x1b)}\\[(?:[0-9]{1,2})m`, 'g');

/** By code point, rather than by the classes that the code goes by. */
const HARMFUL: readonly (readonly [from: number, to: number])[] = [
  [0x00, 0x09], [0x0b, 0x1f], [0x7f, 0x9f], [0xad, 0xad], [0x34f, 0x34f], [0x61c, 0x61c], [0x115f, 0x1160], [0x17b4, 0x17b5],
  [0x180b, 0x180f], [0x200b, 0x200f], [0x2028, 0x202e], [0x2060, 0x206f], [0x2800, 0x2800], [0x3164, 0x3164], [0xd800, 0xf8ff],
  [0xfdd0, 0xfdef], [0xfe00, 0xfe0f], [0xfeff, 0xfeff], [0xffa0, 0xffa0], [0xfff0, 0xfffb], [0xfffe, 0xffff],
  [0x1bca0, 0x1bca3], [0x1d173, 0x1d17a], [0x1fffe, 0x1ffff], [0xe0000, 0xe0fff], [0xf0000, 0x10ffff],
]; // prettier-ignore

/** What is wrong with what was written, if anything is. @param colours whether our own may be in it */
export function harmIn(written: string, colours = false): string | undefined {
  const text = colours ? written.replaceAll(SGR, '') : written;
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    if (HARMFUL.some(([from, to]) => code >= from && code <= to))
      return `U+${code.toString(16)} in ${JSON.stringify(text.slice(Math.max(0, text.indexOf(character) - 40), text.indexOf(character) + 40))}`;
  }
  const forged = text.split('\n').find((line) => /^[^\p{L}│]*(?:FORGED|VERIFIED {2}9)/u.test(line));
  if (forged !== undefined) return `a line of somebody else's: ${forged}`;
  if (/\p{M}{5}/u.test(text)) return 'marks in a pile';
  return undefined;
}
