import { ConflictException, Injectable, NotFoundException } from '@nestjs/common';
import { InvoiceStatus } from '../generated/prisma/client.js';
import { PrismaService } from '../prisma.service.js';
import { totalOf } from './draft.js';
import { type InvoiceView, view } from './invoices.service.js';

@Injectable()
export class ApprovalService {
  constructor(private readonly prisma: PrismaService) {}

  /** Approves a draft at what its lines add up to now. */
  approve(id: number, tenantId: string): Promise<InvoiceView> {
    return this.prisma.$transaction(async (tx) => {
      // Locked first, so that no repricing comes between the sum and the approval.
      await tx.$queryRaw`SELECT 1 FROM "Invoice" WHERE "id" = ${id} AND "tenantId" = ${tenantId} FOR UPDATE`;
      const invoice = await tx.invoice.findUnique({ where: { id, tenantId }, include: { lines: true } });
      if (!invoice) throw new NotFoundException();
      if (invoice.status !== InvoiceStatus.DRAFT) throw new ConflictException('Only a draft can be approved.');

      return tx.invoice.update({
        where: { id },
        data: { status: InvoiceStatus.APPROVED, approvedAt: new Date(), total: totalOf(invoice.lines) },
        include: view,
      });
    });
  }
}
