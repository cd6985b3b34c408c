import 'reflect-metadata';
import { randomUUID } from 'node:crypto';
import { Module, type ModuleMetadata } from '@nestjs/common';
import { NestFactory, type AbstractHttpAdapter } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import type pg from 'pg';
import {
  AuditModule,
  AuditService,
  type AuditEntry,
  type AuditModuleOptions,
  type AuditQuery,
} from '../../src/index.js';
import { createPool, migrate } from '../../src/store/postgres/index.js';
import { createDatabase } from '../support/database.js';

export interface Log {
  readonly url: string;
  readonly pool: pg.Pool;
  close(): Promise<void>;
}

/** A database of its own with nothing in it but the log. */
export async function createLog(): Promise<Log> {
  const database = await createDatabase();
  const pool = createPool(database.url, { max: 2, applicationName: 'test' });
  await migrate(pool, { schema: 'audit', origin: 'example.com/nest' });
  return {
    url: database.url,
    pool,
    async close() {
      await pool.end();
      await database.drop();
    },
  };
}

export interface Answer {
  /** The request id that was sent, or chosen by the server. */
  readonly id: string;
  readonly status: number;
  readonly text: string;
  readonly headers: Headers;
}

export interface Served {
  readonly app: NestExpressApplication;
  readonly url: string;
  readonly audit: AuditService;
  send(method: string, path: string, headers?: Record<string, string>, body?: string): Promise<Answer>;
  /** Sealed entries, oldest first, without those that open a chain. */
  entries(query?: AuditQuery): Promise<readonly AuditEntry[]>;
  close(): Promise<void>;
}

const opened = new Set<NestExpressApplication>();

/** Closes what a failed test left open: jest would wait for it. */
export async function closeAll(): Promise<void> {
  await Promise.all(Array.from(opened, (app) => app.close()));
  opened.clear();
}

export interface ServeOptions {
  readonly audit?: Partial<AuditModuleOptions>;
  /** @defaultValue 'express' */
  readonly on?: 'express' | 'fastify';
  /** Runs before the application listens. */
  readonly prepare?: (app: NestExpressApplication) => void;
}

/** Loaded only where it is used: it takes its time. What tests use of the application, both platforms have. */
async function fastifyAdapter(): Promise<AbstractHttpAdapter> {
  const { FastifyAdapter } = await import('@nestjs/platform-fastify');
  return new FastifyAdapter();
}

/** A Nest application with the audit module first, listening on a free port. */
export async function serve(
  databaseUrl: string,
  { imports = [], ...metadata }: ModuleMetadata,
  options: ServeOptions = {},
): Promise<Served> {
  // oxlint-disable-next-line typescript/no-extraneous-class -- decorated below, with what the caller gives
  class Root {}
  Module({ imports: [AuditModule.forRoot({ databaseUrl, ...options.audit }), ...imports], ...metadata })(Root);
  const app = await (options.on === 'fastify'
    ? NestFactory.create<NestExpressApplication>(Root, await fastifyAdapter(), { logger: false })
    : NestFactory.create<NestExpressApplication>(Root, { logger: false }));
  return await listen(app, options.prepare);
}

export async function listen(app: NestExpressApplication, prepare?: ServeOptions['prepare']): Promise<Served> {
  opened.add(app);
  prepare?.(app);
  await app.listen(0, '127.0.0.1');
  const url = (await app.getUrl()).replace(/\/$/, '');
  const audit = app.get(AuditService, { strict: false });
  return {
    app,
    url,
    audit,
    async send(method, path, headers = {}, body) {
      const response = await fetch(url + path, {
        method,
        headers: { 'x-request-id': randomUUID(), ...headers, ...(body ? { 'content-type': 'application/json' } : {}) },
        ...(body === undefined ? {} : { body }),
      });
      return {
        id: response.headers.get('x-request-id') ?? '',
        status: response.status,
        text: await response.text(),
        headers: response.headers,
      };
    },
    async entries(query = {}) {
      await audit.flush();
      const { entries } = await audit.query.find({ order: 'oldest', limit: 500, ...query });
      return entries.filter((entry) => entry.source !== 'control');
    },
    async close() {
      opened.delete(app);
      await app.close();
    },
  };
}

/** Every byte of what was captured, for a search of what must not be there. */
export async function everythingStored(pool: pg.Pool): Promise<string> {
  const { rows } = await pool.query(
    `select coalesce(convert_from(actor, 'UTF8'), '') || coalesce(data, '') || coalesce(header, '') ||
            coalesce(resource_id, '') as text from audit.content order by pos`,
  );
  return rows.map((row: { text: string }) => row.text).join('\n');
}
