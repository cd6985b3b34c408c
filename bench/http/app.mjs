// The application under test: a guard that finds out who asks, and a handler that writes one row through Prisma. Decorators
// are applied by hand, since this file is run as it stands.
import 'reflect-metadata';
import { Body, Controller, Inject, Injectable, Module, Post, UseGuards } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { PrismaPg } from '@prisma/adapter-pg';
import { Audited, AuditModule } from '../../dist/esm/index.js';
import { audited } from '../../dist/esm/prisma/index.js';
import { loadPrismaClient } from '../client.mjs';

const POOL = 10;
const PRISMA = 'prisma';

/** @param {{ platform: 'express' | 'fastify', variant: 'none' | 'async' | 'committed', databaseUrl: string, seal: boolean }} options */
export async function createApp({ platform, variant, databaseUrl, seal }) {
  const PrismaClient = loadPrismaClient();
  const Client = variant === 'none' ? PrismaClient : audited(PrismaClient);
  const prisma = new Client({ adapter: new PrismaPg({ connectionString: databaseUrl, max: POOL }) });

  class SignedIn {
    canActivate(context) {
      const request = context.switchToHttp().getRequest();
      request.user = { id: request.headers['x-user'], email: 'ada.lovelace@example.com', role: 'ADMIN' };
      return true;
    }
  }
  Injectable()(SignedIn);

  class InvoicesController {
    constructor(client) {
      this.client = client;
    }

    async create(data) {
      const { id } = await this.client.invoice.create({ data });
      return { id };
    }
  }
  Inject(PRISMA)(InvoicesController, undefined, 0);
  Controller('invoices')(InvoicesController);
  UseGuards(SignedIn)(InvoicesController);
  method(InvoicesController, 'create', [
    ...(variant === 'none' ? [] : [Audited('invoice.create', { resource: 'Invoice', durability: variant })]),
    Post(),
  ]);
  Body()(InvoicesController.prototype, 'create', 0);

  // oxlint-disable-next-line typescript/no-extraneous-class -- a module is an empty class
  class App {}
  Module({
    imports: variant === 'none' ? [] : [AuditModule.forRoot({ databaseUrl, seal, tenant: () => 'acme' })],
    controllers: [InvoicesController],
    providers: [{ provide: PRISMA, useValue: prisma }],
  })(App);

  const app = await NestFactory.create(App, await adapterOf(platform), { logger: ['error', 'warn'] });
  return { app, prisma };
}

async function adapterOf(platform) {
  if (platform === 'fastify') return new (await import('@nestjs/platform-fastify')).FastifyAdapter();
  return new (await import('@nestjs/platform-express')).ExpressAdapter();
}

/** Applies decorators of a method from the last to the first, as the compiler does. */
function method(type, name, decorators) {
  const descriptor = Object.getOwnPropertyDescriptor(type.prototype, name);
  for (const decorate of decorators.toReversed()) decorate(type.prototype, name, descriptor);
  Object.defineProperty(type.prototype, name, descriptor);
}
