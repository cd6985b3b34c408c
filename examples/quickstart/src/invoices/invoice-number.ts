import type { Prisma } from '../generated/prisma/client.js';

/**
 * Draws the tenant's next invoice number. The counter's row stays locked until the transaction ends,
 * so numbers leave no gap when one is rolled back.
 */
export async function drawNumber(tx: Prisma.TransactionClient, tenantId: string): Promise<string> {
  const key = `invoice:${tenantId}`;
  const { value, recent } = await tx.counter.upsert({
    where: { key },
    create: { key, value: 1n },
    update: { value: { increment: 1 } },
  });
  await tx.counter.update({ where: { key }, data: { recent: [...recent, Number(value)].slice(-5) } });
  return `INV-${value.toString().padStart(4, '0')}`;
}
