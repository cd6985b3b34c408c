import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { actorSection } from '../../src/context/actor-section.js';
import { newContext } from '../../src/context/context.js';
import { commentOf } from '../../src/prisma/comment.js';

const FRAME = /^\n\/\*audit1:([0-9a-f]{32})((?:[0-9a-f]{2})+)\*\/$/;

describe('the SQL comment of a context', () => {
  const nasty = fc.oneof(
    fc.string({
      unit: fc.constantFrom(
        '*/',
        '/*',
        '/*audit1:',
        '--',
        "'",
        '"',
        '\\',
        '$$',
        ';',
        '\n',
        '\0',
        '\ud83d',
        '🧾',
        'a',
        '?',
        '$1',
        ':x',
      ),
    }),
    fc.string({ unit: 'binary' }),
  );
  const fields = fc.record(
    {
      actor: fc.record({ id: nasty, type: nasty, email: nasty, role: nasty }, { requiredKeys: [] }),
      tenant: nasty,
      ip: nasty,
      userAgent: nasty,
      requestId: nasty,
    },
    { requiredKeys: [] },
  );

  it('is a frame with nothing but hex in it, which says unit of work and actor section', () => {
    fc.assert(
      fc.property(fields, (given) => {
        const context = newContext(given);
        const comment = commentOf(context);
        const [, unit, hex] = FRAME.exec(comment) ?? [];
        expect(unit).toBe(context.root.group.replaceAll('-', ''));
        expect(Buffer.from(hex ?? '', 'hex').toString()).toBe(actorSection(context));
        expect(commentOf(context)).toBe(comment);
      }),
    );
  });

  it('without a context is the empty frame', () => {
    expect(commentOf(undefined)).toBe('\n/*audit1:*/');
  });

  it('stands on a line of its own, so that a line comment before it does not swallow it', () => {
    expect(commentOf(undefined).startsWith('\n')).toBe(true);
    expect(commentOf(newContext()).startsWith('\n')).toBe(true);
  });

  it('follows the actor of the moment', () => {
    let id = 'before';
    const context = newContext({ actor: () => ({ id }) });
    const before = commentOf(context);
    id = 'after';
    expect(commentOf(context)).not.toBe(before);
  });

  it('is right for more contexts than are remembered, the first of them included', () => {
    const contexts = Array.from({ length: 700 }, (_, i) => newContext({ actor: { id: `user ${i}` } }));
    for (const context of [...contexts, ...contexts]) {
      const [, , hex] = FRAME.exec(commentOf(context)) ?? [];
      expect(Buffer.from(hex ?? '', 'hex').toString()).toBe(actorSection(context));
    }
  });

  it('differs between two units of work of the same actor', () => {
    const actor = { id: 'ann' };
    expect(commentOf(newContext({ actor }))).not.toBe(commentOf(newContext({ actor })));
  });
});
