import { Injectable, UnprocessableEntityException } from '@nestjs/common';
import type { SignedInUser } from '../auth/access.js';
import { InvoiceStatus, Prisma } from '../generated/prisma/client.js';
import { PrismaService } from '../prisma.service.js';
import { type Draft, newInvoice } from './draft.js';

@Injectable()
export class BulkService {
  constructor(private readonly prisma: PrismaService) {}

  /** Voids those of the invoices that are drafts; returns how many. */
  async voidDrafts(ids: number[], tenantId: string): Promise<number> {
    const { count } = await this.prisma.invoice.updateMany({
      where: { id: { in: ids }, tenantId, status: InvoiceStatus.DRAFT },
      data: { status: InvoiceStatus.VOID },
    });
    return count;
  }

  /** Changes the prices of all drafts by this percentage; returns how many lines that were. */
  reprice(percent: number, tenantId: string): Promise<number> {
    return this.prisma.$transaction(async (tx) => {
      const drafts = await tx.$queryRaw<{ id: number }[]>`
        SELECT "id" FROM "Invoice" WHERE "tenantId" = ${tenantId} AND "status" = 'DRAFT' ORDER BY "id" FOR UPDATE`;
      const ids = drafts.map(({ id }) => id);
      const lines = await tx.$executeRaw`
        UPDATE "invoice_lines" SET "unit_price" = round("unit_price" * ${100 + percent}::numeric / 100, 2)
        WHERE "invoice_id" = ANY(${ids})`;
      await tx.$executeRaw`
        UPDATE "Invoice" SET "updatedAt" = now() AT TIME ZONE 'utc', "total" =
          (SELECT sum("quantity" * "unit_price") FROM "invoice_lines" WHERE "invoice_id" = "Invoice"."id")
        WHERE "id" = ANY(${ids})`;
      return lines;
    });
  }

  /** Takes over invoices that carry numbers already: all of them, or none. */
  async importAll(invoices: { number: string; draft: Draft }[], user: SignedInUser): Promise<number> {
    try {
      await this.prisma.$transaction(async (tx) => {
        for (const { number, draft } of invoices) {
          await tx.invoice.create({ data: newInvoice(draft, number, user) });
        }
      });
    } catch (error) {
      if (error instanceof Prisma.PrismaClientKnownRequestError && error.code === 'P2002') {
        throw new UnprocessableEntityException('A number is taken already; nothing was imported.', { cause: error });
      }
      throw error;
    }
    return invoices.length;
  }
}
