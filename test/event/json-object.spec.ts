import { expect, it } from '@jest/globals';
import { parseJsonObject } from '../../src/event/json-object.js';

it.each(['{}', '{"a":1}', ' {"a":{}} '])('%s is a JSON object', (text) => {
  expect(parseJsonObject(text)).toEqual(JSON.parse(text));
});

it.each(['', 'null', '[]', '[{}]', '"{}"', '1', 'true', '{', '{"a":}', 'undefined', '\0'])('%j is none', (text) => {
  expect(parseJsonObject(text)).toBeUndefined();
});

it('takes the parser it is given, and its failure for an answer', () => {
  expect(parseJsonObject('x', () => ({ a: 1 }))).toEqual({ a: 1 });
  expect(parseJsonObject('{}', () => [])).toBeUndefined();
  expect(
    parseJsonObject('{}', () => {
      throw new RangeError('too large');
    }),
  ).toBeUndefined();
});
