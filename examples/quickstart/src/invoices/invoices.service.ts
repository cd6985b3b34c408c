import { ConflictException, Injectable, NotFoundException } from '@nestjs/common';
import type { SignedInUser } from '../auth/access.js';
import { InvoiceStatus, type Prisma } from '../generated/prisma/client.js';
import { PrismaService } from '../prisma.service.js';
import { type Draft, newInvoice } from './draft.js';
import { drawNumber } from './invoice-number.js';

export const view = {
  lines: { orderBy: { position: 'asc' }, omit: { invoiceId: true } },
  tags: { select: { name: true }, orderBy: { name: 'asc' } },
  createdBy: { select: { id: true, name: true } },
} satisfies Prisma.InvoiceInclude;

export type InvoiceView = Prisma.InvoiceGetPayload<{ include: typeof view }>;

@Injectable()
export class InvoicesService {
  constructor(private readonly prisma: PrismaService) {}

  list(tenantId: string, status?: InvoiceStatus): Promise<InvoiceView[]> {
    return this.prisma.invoice.findMany({
      where: { tenantId, ...(status && { status }) },
      include: view,
      orderBy: { id: 'asc' },
    });
  }

  async find(id: number, tenantId: string): Promise<InvoiceView> {
    const invoice = await this.prisma.invoice.findUnique({ where: { id, tenantId }, include: view });
    if (!invoice) throw new NotFoundException();
    return invoice;
  }

  create(draft: Draft, user: SignedInUser): Promise<InvoiceView> {
    return this.prisma.$transaction(async (tx) => {
      const number = await drawNumber(tx, user.tenantId);
      return tx.invoice.create({ data: newInvoice(draft, number, user), include: view });
    });
  }

  setNote(id: number, tenantId: string, note: string | null): Promise<InvoiceView> {
    return this.prisma.invoice.update({ where: { id, tenantId }, data: { note }, include: view });
  }

  /** The lines and the links to tags go along, by cascade. */
  async remove(id: number, tenantId: string): Promise<void> {
    const { status } = await this.find(id, tenantId);
    if (status === InvoiceStatus.APPROVED) throw new ConflictException('An approved invoice stays.');
    await this.prisma.invoice.delete({ where: { id, tenantId, status } });
  }
}
