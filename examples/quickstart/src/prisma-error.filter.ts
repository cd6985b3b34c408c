import { type ArgumentsHost, Catch, ConflictException, NotFoundException } from '@nestjs/common';
import { BaseExceptionFilter } from '@nestjs/core';
import { Prisma } from './generated/prisma/client.js';

/** Answers what the database refused in HTTP's words; anything else stays a 500. */
@Catch(Prisma.PrismaClientKnownRequestError)
export class PrismaErrorFilter extends BaseExceptionFilter {
  override catch(error: Prisma.PrismaClientKnownRequestError, host: ArgumentsHost): void {
    super.catch(asHttp(error), host);
  }
}

function asHttp(error: Prisma.PrismaClientKnownRequestError): Error {
  switch (error.code) {
    case 'P2002':
      return new ConflictException('It exists already.');
    case 'P2003':
      return new ConflictException('Other records still refer to it.');
    case 'P2025':
      return new NotFoundException();
    default:
      return error;
  }
}
