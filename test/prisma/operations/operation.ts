import type { AnyAuditedClient, Prisma } from '../../support/quickstart.js';

export interface Operation {
  readonly name: string;
  run: (prisma: AnyAuditedClient) => Promise<unknown>;
  /** What the operation is for: the changes that the witness must have seen, else the row tests nothing. */
  readonly sees: string;
  /** It is meant to fail. */
  readonly fails?: true;
}

export const AT = new Date('2026-05-05T05:05:05.005Z');
export const user = (email: string): Prisma.UserUncheckedCreateInput => ({
  tenantId: 'acme',
  email,
  name: 'Ünïcode "quoted" \\ name',
  passwordHash: 'secret',
  avatar: Buffer.from([0, 1, 254, 255]),
});
export const invoice = (number: string) => ({
  tenantId: 'acme',
  number,
  total: '99999.99',
  createdAt: AT,
  updatedAt: AT,
});
export const line = (position: number) => ({
  position,
  description: `line ${position}`,
  quantity: 1,
  unitPrice: '0.10',
});
export const SESSION = '00000000-0000-4000-8000-00000000000';
