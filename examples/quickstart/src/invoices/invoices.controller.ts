import { Body, Controller, Delete, Get, HttpCode, Patch, Post, Query } from '@nestjs/common';
import { Audited } from 'nestjs-prisma-audit';
import { CurrentUser, Roles, type SignedInUser } from '../auth/access.js';
import { InvoiceStatus, Role } from '../generated/prisma/client.js';
import { Id, object, oneOf, optional, text } from '../input.js';
import { ApprovalService } from './approval.service.js';
import { readDraft } from './draft.js';
import { InvoicesService, type InvoiceView } from './invoices.service.js';

@Controller('invoices')
export class InvoicesController {
  constructor(
    private readonly invoices: InvoicesService,
    private readonly approvals: ApprovalService,
  ) {}

  @Get()
  list(@Query('status') status: unknown, @CurrentUser() user: SignedInUser): Promise<InvoiceView[]> {
    const only = optional(status, 'status', (value) => oneOf(value, 'status', Object.values(InvoiceStatus)));
    return this.invoices.list(user.tenantId, only);
  }

  @Get(':id')
  find(@Id() id: number, @CurrentUser() user: SignedInUser): Promise<InvoiceView> {
    return this.invoices.find(id, user.tenantId);
  }

  @Audited('invoice.create')
  @Roles(Role.ADMIN, Role.CLERK)
  @Post()
  create(@Body() body: unknown, @CurrentUser() user: SignedInUser): Promise<InvoiceView> {
    return this.invoices.create(readDraft(body), user);
  }

  @Audited('invoice.note')
  @Roles(Role.ADMIN, Role.CLERK)
  @Patch(':id')
  setNote(@Id() id: number, @Body() body: unknown, @CurrentUser() user: SignedInUser): Promise<InvoiceView> {
    const note = optional(object(body)['note'], 'note', text) ?? null;
    return this.invoices.setNote(id, user.tenantId, note);
  }

  @Audited('invoice.approve', { resource: ({ params }) => ({ type: 'Invoice', id: params['id'] }) })
  @Roles(Role.ADMIN)
  @Post(':id/approve')
  @HttpCode(200)
  approve(@Id() id: number, @CurrentUser() user: SignedInUser): Promise<InvoiceView> {
    return this.approvals.approve(id, user.tenantId);
  }

  @Audited('invoice.delete')
  @Roles(Role.ADMIN, Role.CLERK)
  @Delete(':id')
  @HttpCode(204)
  async remove(@Id() id: number, @CurrentUser() user: SignedInUser): Promise<void> {
    await this.invoices.remove(id, user.tenantId);
  }
}
