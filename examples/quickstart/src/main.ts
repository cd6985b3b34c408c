import 'reflect-metadata';
import type { INestApplication } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { AppModule } from './app.module.js';

/** Builds the application on the given database; the caller listens on a port and closes it. */
export async function createApp(databaseUrl: string): Promise<INestApplication> {
  return NestFactory.create(AppModule.forDatabase(databaseUrl), { logger: ['error', 'warn'] });
}
