import { Body, Controller, HttpCode, Post } from '@nestjs/common';
import { Audited } from 'nestjs-prisma-audit';
import { CurrentUser, Roles, type SignedInUser } from '../auth/access.js';
import { Role } from '../generated/prisma/client.js';
import { id, integer, list, object, text } from '../input.js';
import { BulkService } from './bulk.service.js';
import { readDraft } from './draft.js';

@Roles(Role.ADMIN)
@Controller('invoices')
export class BulkController {
  constructor(private readonly bulk: BulkService) {}

  @Audited('invoice.void', { details: ({ result }) => ({ result }) })
  @Post('void')
  @HttpCode(200)
  async voidDrafts(@Body() body: unknown, @CurrentUser() user: SignedInUser): Promise<{ voided: number }> {
    const ids = list(object(body)['ids'], 'ids', id);
    return { voided: await this.bulk.voidDrafts(ids, user.tenantId) };
  }

  @Audited('invoice.reprice', { details: ({ result }) => ({ result }) })
  @Post('reprice')
  @HttpCode(200)
  async reprice(@Body() body: unknown, @CurrentUser() user: SignedInUser): Promise<{ lines: number }> {
    const percent = integer(object(body)['percent'], 'percent', -90, 100);
    return { lines: await this.bulk.reprice(percent, user.tenantId) };
  }

  @Audited('invoice.import')
  @Post('import')
  async importAll(@Body() body: unknown, @CurrentUser() user: SignedInUser): Promise<{ imported: number }> {
    const invoices = list(object(body)['invoices'], 'invoices', (item, name) => ({
      number: text(object(item, name)['number'], `${name}.number`),
      draft: readDraft(item, name),
    }));
    return { imported: await this.bulk.importAll(invoices, user) };
  }
}
