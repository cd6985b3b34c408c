import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { folder, run, type Folder } from './run.js';

let here: Folder;
beforeAll(() => {
  here = folder();
  // As an application has it: the command finds the libraries beside the file.
  const from = (name: string): string => import.meta.resolve(name);
  here.write(
    'catalogue.mjs',
    `import { z } from '${from('zod')}';
     import * as v from '${from('valibot')}';
     import { type } from '${from('arktype')}';
     const own = (extra) => ({ '~standard': { version: 1, vendor: 'own', validate: (value) => ({ value }), ...extra } });
     export const actions = {
       'invoice.approve': { resource: 'Invoice', severity: 'notice', description: 'Valid | final.\\u001b[31m',
         details: z.object({ total: z.number(), by: z.enum(['mail', 'post']).optional(), lines: z.array(z.object({ price: z.number() })) }) },
       'invoice.pay': { details: z.object({ at: z.string().transform((text) => new Date(text)) }) },
       'invoice.void': { resource: 'Invoice', details: v.object({ count: v.number(), note: v.optional(v.string()) }) },
       'user.invite': { details: type({ email: 'string.email', 'role?': "'admin' | 'clerk'" }) },
       'own.plain': { details: own() },
       'own.throws': { details: own({ jsonSchema: { output() { throw new Error('no'); } } }) },
       'own.strange': { details: own({ jsonSchema: { output: () => 5, input: () => ({ properties: { a: null } }) } }) },
       'report.run': {},
     };`,
  );
  here.write('default.mjs', `export { actions as default } from './catalogue.mjs';`);
  here.write('audit.config.mjs', `import { actions } from './catalogue.mjs'; export default { actions };`);
  here.write('none.config.mjs', `export default {};`);
  here.write('wrong.mjs', `export const actions = { 'invoice.approve': { severty: 'info' } };`);
});
afterAll(() => here.remove());

const actions = (...args: string[]) => run(['actions', ...args], { cwd: here.path });

describe('the command actions', () => {
  it('prints what each action tells, from audit.config, without a database', async () => {
    const { code, out, err } = await actions('--json');
    expect({ code, err }).toEqual({ code: 0, err: '' });
    const lines = JSON.parse(out) as { action: string; details?: { vendor: string; members?: object[] } }[];
    expect(lines[0]).toMatchObject({ action: 'invoice.approve', resource: 'Invoice', severity: 'notice' });
    const details = Object.fromEntries(lines.map((line) => [line.action, line.details]));
    const member = (name: string, type: unknown, optional = false) => ({ name, type, optional });
    expect(details).toEqual({
      'invoice.approve': {
        vendor: 'zod',
        members: [
          member('total', 'number'),
          member('by', '"mail" | "post"', true),
          member('lines', '{ price: number }[]'),
        ],
      },
      // What comes out of a transformation cannot be said; what goes in can.
      'invoice.pay': { vendor: 'zod', members: [member('at', 'string')] },
      'invoice.void': { vendor: 'valibot', members: [member('count', 'number'), member('note', 'string', true)] },
      'user.invite': {
        vendor: 'arktype',
        members: [member('email', expect.stringContaining('string')), member('role', '"admin" | "clerk"', true)],
      },
      'own.plain': { vendor: 'own' },
      'own.throws': { vendor: 'own' },
      'own.strange': { vendor: 'own' },
    });
  });

  it('prints a table, in which no text can steer the terminal, of a module that names it', async () => {
    const { code, out } = await actions('--file', 'catalogue.mjs');
    expect(code).toBe(0);
    expect(out).toMatch(/│ invoice.approve +│ Invoice +│ notice +│ total: number +│ Valid \| final.\\u001b\[31m/);
    expect(out).toMatch(/│ own.plain +│ +│ +│ validated by own/);
    expect(out).toMatch(/│ report.run +│ +│ +│ any /);
    expect(out).not.toContain('\u001b');
  });

  it('prints Markdown, in which no text can end a cell, of a module whose default export it is', async () => {
    const { code, out } = await actions('--markdown', '--file', 'default.mjs');
    expect(code).toBe(0);
    const rows = out.trim().split('\n');
    expect(rows[0]).toBe('| action | resource | severity | details | meaning |');
    expect(rows).toHaveLength(2 + 8);
    expect(rows[2]).toBe(
      String.raw`| invoice.approve | Invoice | notice | total: number<br>by?: "mail" \| "post"<br>lines: { price: number }[] | Valid \| final.\u001b[31m |`,
    );
  });

  it.each<[string, string[], string]>([
    ['no such file', ['--file', 'nowhere.mjs'], 'there is no file'],
    ['a module without a catalogue', ['--file', 'none.config.mjs', '--json'], ''],
    ['a catalogue with a mistake', ['--file', 'wrong.mjs'], 'no member "severty"'],
    [
      'a configuration without actions',
      ['--config', 'none.config.mjs'],
      'none.config.mjs has no actions: add defineAudit({ actions })',
    ],
  ])('says what is wrong: %s', async (_, args, said) => {
    const { code, out, err } = await actions(...args);
    // An empty catalogue is one.
    expect({ code, out: out.trim() }).toEqual(said === '' ? { code: 0, out: '[]' } : { code: 2, out: '' });
    expect(err).toContain(said);
  });
});
