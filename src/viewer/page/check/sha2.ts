/**
 * SHA-256 and SHA-512 of FIPS 180-4, in a fifth of what a library weighs. Its constants are computed as §4.2 and §5.3 define them: the first 64
 * bits of the fractions of cube and square roots of the first primes, of which SHA-256 has the upper halves.
 */
const PRIMES: bigint[] = [];
for (let n = 2n; PRIMES.length < 80; n += 1n) if (PRIMES.every((prime) => n % prime !== 0n)) PRIMES.push(n);

const WORD = (1n << 64n) - 1n;

function fraction(prime: bigint, power: 2 | 3): bigint {
  const wanted = prime << BigInt(64 * power);
  let root = 0n;
  for (let bit = 1n << 69n; bit > 0n; bit >>= 1n) if ((root | bit) ** BigInt(power) <= wanted) root |= bit;
  return root & WORD;
}

const K = PRIMES.map((prime) => fraction(prime, 3));
const START = PRIMES.slice(0, 8).map((prime) => fraction(prime, 2));
const upper = (words: readonly bigint[]): Int32Array => Int32Array.from(words, (word) => Number(word >> 32n) | 0);
const K32 = upper(K.slice(0, 64));
const START32 = upper(START);

/** The bytes, a one bit, zeros, and how many bits there were: a whole number of blocks. */
function padded(bytes: Uint8Array, block: 64 | 128): DataView {
  const blocks = Math.ceil((bytes.length + 1 + block / 8) / block);
  const whole = new Uint8Array(blocks * block);
  whole.set(bytes);
  whole[bytes.length] = 0x80;
  const view = new DataView(whole.buffer);
  view.setBigUint64(whole.length - 8, BigInt(bytes.length) * 8n);
  return view;
}

const turned = (word: number, by: number): number => (word >>> by) | (word << (32 - by));

export function sha256(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const view = padded(bytes, 64);
  const state = START32.slice();
  const w = new Int32Array(64);
  for (let at = 0; at < view.byteLength; at += 64) {
    for (let t = 0; t < 16; t += 1) w[t] = view.getInt32(at + t * 4);
    for (let t = 16; t < 64; t += 1) {
      const [x, y] = [w[t - 15] as number, w[t - 2] as number]; // they are there, as all of these
      const s0 = turned(x, 7) ^ turned(x, 18) ^ (x >>> 3);
      const s1 = turned(y, 17) ^ turned(y, 19) ^ (y >>> 10);
      w[t] = (w[t - 16] as number) + s0 + (w[t - 7] as number) + s1;
    }
    let [a, b, c, d, e, f, g, h] = state as unknown as [number, number, number, number, number, number, number, number];
    for (let t = 0; t < 64; t += 1) {
      const s1 = turned(e, 6) ^ turned(e, 11) ^ turned(e, 25);
      const t1 = (h + s1 + ((e & f) ^ (~e & g)) + (K32[t] as number) + (w[t] as number)) | 0;
      const s0 = turned(a, 2) ^ turned(a, 13) ^ turned(a, 22);
      const t2 = s0 + ((a & b) ^ (a & c) ^ (b & c));
      h = g;
      g = f;
      f = e;
      e = (d + t1) | 0;
      d = c;
      c = b;
      b = a;
      a = (t1 + t2) | 0;
    }
    [a, b, c, d, e, f, g, h].forEach((word, i) => (state[i] = (state[i] as number) + word));
  }
  const out = new DataView(new ArrayBuffer(32));
  state.forEach((word, i) => out.setInt32(i * 4, word));
  return new Uint8Array(out.buffer);
}

const turned64 = (word: bigint, by: bigint): bigint => (word >> by) | ((word << (64n - by)) & WORD);

/** Of what is signed: short, so that it may be slow. */
export function sha512(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const view = padded(bytes, 128);
  let state = START;
  for (let at = 0; at < view.byteLength; at += 128) {
    const w: bigint[] = [];
    for (let t = 0; t < 16; t += 1) w.push(view.getBigUint64(at + t * 8));
    for (let t = 16; t < 80; t += 1) {
      const [x, y] = [w[t - 15] as bigint, w[t - 2] as bigint];
      const s0 = turned64(x, 1n) ^ turned64(x, 8n) ^ (x >> 7n);
      const s1 = turned64(y, 19n) ^ turned64(y, 61n) ^ (y >> 6n);
      w.push(((w[t - 16] as bigint) + s0 + (w[t - 7] as bigint) + s1) & WORD);
    }
    let [a, b, c, d, e, f, g, h] = state as [bigint, bigint, bigint, bigint, bigint, bigint, bigint, bigint];
    for (let t = 0; t < 80; t += 1) {
      const s1 = turned64(e, 14n) ^ turned64(e, 18n) ^ turned64(e, 41n);
      const t1 = h + s1 + ((e & f) ^ (~e & WORD & g)) + (K[t] as bigint) + (w[t] as bigint);
      const s0 = turned64(a, 28n) ^ turned64(a, 34n) ^ turned64(a, 39n);
      const t2 = s0 + ((a & b) ^ (a & c) ^ (b & c));
      [a, b, c, d, e, f, g, h] = [(t1 + t2) & WORD, a, b, c, (d + t1) & WORD, e, f, g];
    }
    state = [a, b, c, d, e, f, g, h].map((word, i) => (word + (state[i] as bigint)) & WORD);
  }
  const out = new DataView(new ArrayBuffer(64));
  state.forEach((word, i) => out.setBigUint64(i * 8, word));
  return new Uint8Array(out.buffer);
}
