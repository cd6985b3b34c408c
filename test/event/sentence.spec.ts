import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { defineActions } from '../../src/event/actions.js';
import { parseSentence } from '../../src/event/sentence.js';

it.each<[string, ReturnType<typeof parseSentence>]>([
  ['{actor} approved {resource}', [['actor'], ' approved ', ['resource']]],
  ['{{actor}} {details.a.b}', ['{actor} ', ['details', 'a', 'b']]],
  ['{{{reason}}}', ['{', ['reason'], '}']],
  ['plain', ['plain']],
  ['{old.status}{new.status}', [['old', 'status'], ['new', 'status']]], // prettier-ignore
])('%s has its parts', (template, parts) => expect(parseSentence(template)).toEqual(parts));

it.each([
  ['', undefined],
  ['nobody', '{nobody}'],
  ['a member of the actor', '{actor.email}'],
  ['details as a whole', '{details}'],
  ['an empty step', '{details.}'],
  ['an open brace', 'a { b'],
  ['a closed one', 'a } b'],
  ['no name', '{}'],
  ['a line end', 'a\nb'],
  ['an override of direction', 'a\u202eb'],
  ['half a character', 'a\ud800'],
  ['more than 500 characters', 'a'.repeat(501)],
  ['a function', () => 'a'],
  ['an inherited name', '{constructor}'],
])('%s is no template', (_, template) => {
  expect(parseSentence(template)).toBeUndefined();
  if (template === undefined) return;
  expect(() => defineActions({ 'a.b': { sentence: template as string } })).toThrow(
    expect.objectContaining({ code: 'AUDIT_OPTIONS_INVALID', message: expect.stringContaining('a.b: sentence must be') }), // prettier-ignore
  );
});

it('a catalogue with templates is taken as it is', () => {
  const given = { 'a.b': { sentence: '{actor} did {details.what}' } } as const;
  expect(defineActions(given)).toBe(given);
});

it('text without braces is one part, whatever it is', () => {
  fc.assert(
    fc.property(fc.string({ minLength: 1, maxLength: 500 }), (text) => {
      const parts = parseSentence(text.replaceAll(/[{}]/g, (brace) => brace + brace));
      expect(parts === undefined || parts.join('') === text).toBe(true);
    }),
  );
});
