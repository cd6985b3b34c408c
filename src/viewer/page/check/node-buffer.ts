/**
 * As much of Node's `Buffer` as `chain/` and what reads an entry use, so that a browser runs the same code as the verifier. Whatever the
 * text, the bytes are those that Node gives: test/viewer/shims.spec.ts compares the two.
 */
type Encoding = 'utf8' | 'hex' | 'base64' | 'latin1';

class Bytes extends Uint8Array {
  override toString(encoding: Encoding = 'utf8', start = 0, end = this.length): string {
    const part = start === 0 && end >= this.length ? this : this.subarray(start, end);
    if (encoding === 'hex') return hexOf(part);
    return encoding === 'utf8' ? lenient.decode(part) : encoding === 'latin1' ? latin1Of(part) : btoa(latin1Of(part));
  }

  /** How many bytes there were room for; of UTF-8, whole characters alone. */
  write(text: string, offset = 0, encoding: Encoding = 'utf8'): number {
    const room = this.subarray(offset);
    if (encoding === 'utf8') return utf8.encodeInto(text, room).written;
    const bytes = from(text, encoding);
    room.set(bytes.subarray(0, room.length));
    return Math.min(bytes.length, room.length);
  }

  override indexOf(sought: string | number, start = 0): number {
    if (typeof sought === 'number') return super.indexOf(sought, start);
    const bytes = utf8.encode(sought);
    for (let at = start; at + bytes.length <= this.length; at += 1)
      if (bytes.every((byte, i) => this[at + i] === byte)) return at;
    return -1;
  }
}

const utf8 = new TextEncoder();
const lenient = new TextDecoder('utf-8', { ignoreBOM: true });
const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

function hexOf(bytes: Uint8Array): string {
  let hex = '';
  for (const byte of bytes) hex += HEX[byte];
  return hex;
}

function latin1Of(bytes: Uint8Array): string {
  let text = '';
  // As many arguments as every engine takes.
  for (let at = 0; at < bytes.length; at += 8_192)
    text += String.fromCharCode.apply(null, bytes.subarray(at, at + 8_192) as unknown as number[]); // a list of numbers is all that it asks for
  return text;
}

/** Up to the first pair that is none. */
function fromHex(text: string): Bytes {
  const bytes = new Bytes(text.length >> 1);
  for (let i = 0; i < bytes.length; i += 1) {
    const pair = text.slice(i * 2, i * 2 + 2);
    if (!/^[0-9a-f]{2}$/i.test(pair)) return bytes.subarray(0, i) as Bytes; // of the same class, by its species
    bytes[i] = Number.parseInt(pair, 16);
  }
  return bytes;
}

/** Both alphabets; what is in neither is passed over, and the first `=` ends it. */
function fromBase64(text: string): Bytes {
  const end = text.indexOf('=');
  const digits = (end < 0 ? text : text.slice(0, end)).replaceAll('-', '+').replaceAll('_', '/').replace(/[^A-Za-z0-9+/]+/g, ''); // prettier-ignore
  // A single digit at the end is no byte.
  return fromLatin1(atob(digits.length % 4 === 1 ? digits.slice(0, -1) : digits));
}

function fromLatin1(text: string): Bytes {
  const bytes = new Bytes(text.length);
  for (let i = 0; i < text.length; i += 1) bytes[i] = text.charCodeAt(i);
  return bytes;
}

function from(source: string | ArrayLike<number> | ArrayBuffer, how?: Encoding | number, length?: number): Bytes {
  if (source instanceof ArrayBuffer) return new Bytes(source, Number(how ?? 0), length);
  if (typeof source !== 'string') return new Bytes(source);
  if (how === 'hex') return fromHex(source);
  if (how === 'base64') return fromBase64(source);
  if (how === 'latin1') return fromLatin1(source);
  const bytes = utf8.encode(source);
  return new Bytes(bytes.buffer, bytes.byteOffset, bytes.length);
}

function concat(parts: readonly Uint8Array[]): Bytes {
  const whole = new Bytes(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

export const Buffer = {
  from,
  concat,
  of: (...bytes: number[]): Bytes => new Bytes(bytes),
  alloc: (size: number, fill = 0): Bytes => new Bytes(size).fill(fill) as Bytes, // itself
  allocUnsafe: (size: number): Bytes => new Bytes(size),
  byteLength: (text: string): number => utf8.encode(text).length,
};
