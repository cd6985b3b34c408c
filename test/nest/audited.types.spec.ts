import { expect, it } from '@jest/globals';
import { Body, Controller, Param, Post } from '@nestjs/common';
import { of, type Observable } from 'rxjs';
import { Audited, type AuditedOptions } from '../../src/index.js';

interface Invoice {
  readonly id: string;
  readonly lines: readonly number[];
}

@Controller('invoices')
class Typed {
  @Audited<Typed['approve']>('invoice.approve', {
    resource: ({ args, result }) => ({ type: 'Invoice', id: result?.id ?? args?.[0] }),
    details: ({ args, result }) => ({
      note: args?.[1].note satisfies string | undefined,
      lines: result?.lines.length satisfies number | undefined,
    }),
    outcome: ({ result }) => (result?.lines.length === 0 ? 'partial' : undefined),
    when: ({ args }) => args?.[1].note !== 'test',
    after: ({ result }) => result,
    before: ({ params }) => ({ id: params['id'] }),
  })
  @Post(':id/approve')
  async approve(@Param('id') id: string, @Body() body: { note: string }): Promise<Invoice> {
    return await Promise.resolve({ id, lines: [body.note.length] });
  }

  // The element of an observable, not the observable.
  @Audited<Typed['follow']>('invoice.follow', {
    details: ({ result }) => ({ id: result?.id satisfies string | undefined }),
  })
  @Post('follow')
  follow(): Observable<Invoice> {
    return of({ id: 'x', lines: [] });
  }

  @Audited<Typed['plain']>('invoice.plain', {
    details: ({ args, result }) => ({ twice: args?.[0], half: result?.toFixed() }),
  })
  plain(twice: number): number {
    return twice / 2;
  }

  // @ts-expect-error: the type of another method
  @Audited<Typed['approve']>('invoice.other')
  other(id: string): string {
    return id;
  }

  // @ts-expect-error: one parameter less
  @Audited<Typed['approve']>('invoice.shorter')
  shorter(id: string): Promise<Invoice> {
    return Promise.resolve({ id, lines: [] });
  }

  // @ts-expect-error: another result
  @Audited<Typed['plain']>()
  counted(twice: number): string {
    return String(twice);
  }

  @Audited<Typed['wrong']>('invoice.wrong', {
    // @ts-expect-error: a member that the result does not have
    details: ({ result }) => ({ total: result?.total }),
  })
  wrong(): Invoice {
    return { id: 'x', lines: [] };
  }

  @Audited<Typed['late']>('invoice.late', {
    // @ts-expect-error: a promise comes too late for the entry
    details: async ({ result }) => await Promise.resolve({ id: result?.id }),
  })
  late(): Invoice {
    return { id: 'x', lines: [] };
  }

  // Without a type, anything.
  @Audited('invoice.loose', { details: ({ args, result }) => ({ first: args?.[0], result }) })
  loose(first: bigint): bigint {
    return first;
  }

  @Audited()
  bare(): void {}
}

it('is a decorator of its own method, which it leaves as it was', async () => {
  expect(await new Typed().approve('7', { note: 'ab' })).toEqual({ id: '7', lines: [2] });
  expect([new Typed().plain.name, new Typed().plain.length, new Typed().plain(4)]).toEqual(['plain', 1, 2]);
  expect([new Typed().loose(1n), new Typed().bare()]).toEqual([1n, undefined]);
});

it('has unknown arguments and result without a type', () => {
  const options: AuditedOptions = { details: ({ args }) => ({ args: args satisfies readonly unknown[] | undefined }) };
  expect(options).toHaveProperty('details');
});
