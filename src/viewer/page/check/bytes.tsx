import type { JSX } from 'preact';
import { visible } from '../../../event/visible.js';
import { behindNames, s } from '../seal-texts.js';
import { utf8 } from './seal.js';
import type { Behind } from './steps.js';

const MOST = 2_048;
const LINE = 16;

/** Bytes as `xxd` shows them; what is no printable ASCII is a point. */
function dump(bytes: Uint8Array): string {
  const lines: string[] = [];
  for (let at = 0; at < Math.min(bytes.length, MOST); at += LINE) {
    const line = Array.from(bytes.subarray(at, Math.min(at + LINE, MOST)));
    const hex = line.map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
    const text = line.map((byte) => (byte > 31 && byte < 127 ? String.fromCharCode(byte) : '·')).join('');
    lines.push(`${at.toString(16).padStart(6, '0')}  ${hex.padEnd(LINE * 3)} ${text}`);
  }
  if (bytes.length > MOST) lines.push(s.moreBytes(bytes.length - MOST));
  return lines.join('\n');
}

/** What a step was computed of: bytes as hex with what they say beside it, everything else as the text that it is. */
export function BytesOf({ behind }: { readonly behind: readonly Behind[] }): JSX.Element {
  return (
    <dl class="seal-behind">
      {behind.map(({ name, value }) => (
        <div key={name}>
          <dt>{behindNames[name]}</dt>
          <dd>
            {name === 'bytes' ? (
              <pre class="seal-bytes">{dump(typeof value === 'string' ? utf8(value) : value)}</pre>
            ) : (
              <pre class="seal-text">{textOf(value)}</pre>
            )}
          </dd>
        </div>
      ))}
    </dl>
  );
}

function textOf(value: Uint8Array | string): string {
  const text = typeof value === 'string' ? value : dump(value);
  return text.split('\n').map((line) => visible(line, MOST)).join('\n');
} // prettier-ignore
