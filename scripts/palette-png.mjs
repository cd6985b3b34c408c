import { crc32, deflateSync, inflateSync } from 'node:zlib';

const HEAD = Buffer.from('89504e470d0a1a0a', 'hex');
const COLOURS = 256;
/** Square of a distance in RGB. */
const ALIKE = 24;

/** A screenshot (8 bits, RGB or RGBA, as Chromium writes it) in 256 colours: a third of its bytes, and a page looks the same. */
export function paletted(png) {
  const { width, height, pixels } = decoded(png);
  const counts = new Map();
  for (const pixel of pixels) counts.set(pixel, (counts.get(pixel) ?? 0) + 1);
  const palette = chosen([...counts].sort(([, a], [, b]) => b - a).map(([pixel]) => pixel));
  const indexes = new Map([...counts.keys()].map((pixel) => [pixel, nearest(pixel, palette)]));
  const rows = Buffer.alloc(height * (width + 1));
  for (let i = 0; i < pixels.length; i += 1)
    rows[Math.floor(i / width) * (width + 1) + 1 + (i % width)] = indexes.get(pixels[i]);
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 3], 8);
  const colours = Buffer.from(palette.flatMap((pixel) => channels(pixel)));
  return Buffer.concat([HEAD, chunk('IHDR', header), chunk('PLTE', colours), chunk('IDAT', deflateSync(rows, { level: 9, memLevel: 9 })), chunk('IEND', Buffer.alloc(0))]); // prettier-ignore
}

const channels = (pixel) => [pixel >> 16, (pixel >> 8) & 255, pixel & 255];

/** The most frequent, and none that is hardly another than one before it: so a rare sign keeps its colour. */
function chosen(pixels) {
  const palette = [];
  for (const pixel of pixels) {
    if (palette.length === COLOURS) break;
    if (palette.every((each) => distanceOf(each, pixel) > ALIKE)) palette.push(pixel);
  }
  return palette;
}

function distanceOf(one, other) {
  const [a, b] = [channels(one), channels(other)];
  return a.reduce((sum, value, i) => sum + (value - b[i]) ** 2, 0);
}

function nearest(pixel, palette) {
  let [best, least] = [0, Infinity];
  for (let i = 0; i < palette.length; i += 1) {
    const distance = distanceOf(palette[i], pixel);
    if (distance < least) [best, least] = [i, distance];
  }
  return best;
}

function chunk(type, data) {
  const named = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const whole = Buffer.alloc(named.length + 8);
  whole.writeUInt32BE(data.length, 0);
  named.copy(whole, 4);
  whole.writeUInt32BE(crc32(named), named.length + 4);
  return whole;
}

/** Each pixel as one number, without its opacity: a screenshot has none. */
function decoded(png) {
  const parts = [];
  for (let at = 8; at < png.length; at += 12 + png.readUInt32BE(at))
    if (png.toString('latin1', at + 4, at + 8) === 'IDAT') parts.push(png.subarray(at + 8, at + 8 + png.readUInt32BE(at))); // prettier-ignore
  const [width, height, bytes] = [png.readUInt32BE(16), png.readUInt32BE(20), png[25] === 6 ? 4 : 3];
  const rows = inflateSync(Buffer.concat(parts));
  const stride = width * bytes;
  const pixels = new Uint32Array(width * height);
  let above = Buffer.alloc(stride);
  for (let y = 0; y < height; y += 1) {
    const filter = rows[y * (stride + 1)];
    const row = rows.subarray(y * (stride + 1) + 1, (y + 1) * (stride + 1));
    for (let x = 0; x < stride; x += 1) {
      const left = x < bytes ? 0 : row[x - bytes];
      row[x] += guess(filter, left, above[x], x < bytes ? 0 : above[x - bytes]);
    }
    for (let x = 0; x < width; x += 1) pixels[y * width + x] = row.readUIntBE(x * bytes, 3);
    above = row;
  }
  return { width, height, pixels };
}

/** What a byte was foretold as: the filters of the PNG specification, section 9. */
function guess(filter, left, up, corner) {
  if (filter === 0) return 0;
  if (filter === 1) return left;
  if (filter === 2) return up;
  if (filter === 3) return (left + up) >> 1;
  const [a, b, c] = [Math.abs(up - corner), Math.abs(left - corner), Math.abs(left + up - 2 * corner)];
  return a <= b && a <= c ? left : b <= c ? up : corner;
}
