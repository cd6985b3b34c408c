/** The smallest application that audits something; compiled and run in a fresh folder by scripts/check-package.mjs. */
import 'reflect-metadata';
import { Controller, Get, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Audited, AuditModule, AuditService } from 'nestjs-prisma-audit';

const databaseUrl = process.env['AUDIT_DATABASE_URL'] ?? '';

@Controller('ping')
class PingController {
  @Audited('ping.send')
  @Get()
  send(): { sent: boolean } {
    return { sent: true };
  }
}

@Module({
  imports: [AuditModule.forRoot({ databaseUrl, actor: (_request) => ({ id: 'u1', type: 'user' }) })],
  controllers: [PingController],
})
class AppModule {}

async function main(): Promise<void> {
  const app = await NestFactory.create(AppModule, { logger: ['error', 'warn'], abortOnError: false });
  await app.listen(0, '127.0.0.1');
  const response = await fetch(`${await app.getUrl()}/ping`);
  const body = await response.text();
  if (response.status !== 200 || body !== '{"sent":true}') throw new Error(`GET /ping: ${response.status} ${body}`);
  await app.get(AuditService).flush();
  await app.close();
}

main().catch((error: unknown) => {
  console.error(error);
  process.exit(1);
});
