import 'reflect-metadata';
import { expect, it } from '@jest/globals';
import { ExternalContextCreator } from '@nestjs/core';
import { ExternalExceptionsHandler } from '@nestjs/core/exceptions/external-exceptions-handler.js';
import { Mutation, ResolveField, Resolver } from '@nestjs/graphql';
import { Audited } from '../../src/index.js';
import { observeExternal } from '../../src/nest/calls/creators.js';

@Resolver()
class Invoices {
  @Mutation(() => String)
  approve(): string {
    return 'approved';
  }
  @ResolveField(() => String)
  total(): string {
    return '1';
  }
  @ResolveField(() => String)
  @Audited('invoice.notes')
  notes(): string {
    return 'none';
  }
}

/** What Nest makes, and what the audit makes of it. */
function pipelines(): (name: keyof Invoices, type: string) => 'as it is' | 'observed' {
  const made = (): Promise<unknown> => Promise.resolve();
  // In this file's own copy of Nest.
  ExternalContextCreator.prototype.create = () => made as never;
  observeExternal(ExternalExceptionsHandler);
  const creator = Object.create(ExternalContextCreator.prototype) as { create(...given: unknown[]): unknown };
  const invoices = new Invoices();
  return (name, type) => {
    const given = [invoices, invoices[name], name, undefined, undefined, undefined, undefined, undefined, type];
    return creator.create(...given) === made ? 'as it is' : 'observed';
  };
}

it('a field below another is not observed unless it is marked: there may be a million of them', () => {
  const of = pipelines();
  expect(of('total', 'graphql')).toBe('as it is');
  expect(of('notes', 'graphql')).toBe('observed');
  expect(of('approve', 'graphql')).toBe('observed');
  expect(of('approve', 'http')).toBe('as it is');
});
