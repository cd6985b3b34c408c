import { BadRequestException, Param } from '@nestjs/common';

type Reader<T> = (value: unknown, name: string) => T;

const LARGEST_ID = 2 ** 31 - 1;

/** The `:id` of the route. */
export const Id = (): ParameterDecorator => Param('id', { transform: (value: string) => id(Number(value), 'id') });

export function object(value: unknown, name = 'body'): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new BadRequestException(`${name} must be an object`);
  }
  return value as Record<string, unknown>;
}

export function text(value: unknown, name: string, maxLength = 200): string {
  // PostgreSQL's text cannot hold a NUL.
  if (typeof value !== 'string' || value.trim() === '' || value.length > maxLength || value.includes('\0')) {
    throw new BadRequestException(`${name} must be a text of 1 to ${maxLength} characters`);
  }
  return value;
}

export function integer(value: unknown, name: string, min: number, max: number): number {
  if (typeof value !== 'number' || !Number.isInteger(value) || value < min || value > max) {
    throw new BadRequestException(`${name} must be a whole number from ${min} to ${max}`);
  }
  return value;
}

export function id(value: unknown, name: string): number {
  return integer(value, name, 1, LARGEST_ID);
}

/** Money travels as text, since a JSON number would be a binary fraction; 100 lines of 1000 still fit `Decimal(12, 2)`. */
export function amount(value: unknown, name: string): string {
  if (typeof value !== 'string' || !/^\d{1,5}(\.\d{1,2})?$/.test(value)) {
    throw new BadRequestException(`${name} must be an amount such as "12.50"`);
  }
  return value;
}

export function oneOf<T extends string>(value: unknown, name: string, allowed: readonly T[]): T {
  const found = allowed.find((candidate) => candidate === value);
  if (found === undefined) {
    throw new BadRequestException(`${name} must be one of ${allowed.join(', ')}`);
  }
  return found;
}

export function list<T>(value: unknown, name: string, read: Reader<T>, max = 100): T[] {
  if (!Array.isArray(value) || value.length === 0 || value.length > max) {
    throw new BadRequestException(`${name} must be a list of 1 to ${max} items`);
  }
  return value.map((item: unknown, index) => read(item, `${name}[${index}]`));
}

export function optional<T>(value: unknown, name: string, read: Reader<T>): T | undefined {
  return value === undefined || value === null ? undefined : read(value, name);
}
