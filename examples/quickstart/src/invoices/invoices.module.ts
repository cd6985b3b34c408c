import { Module } from '@nestjs/common';
import { ApprovalService } from './approval.service.js';
import { BulkController } from './bulk.controller.js';
import { BulkService } from './bulk.service.js';
import { InvoicesController } from './invoices.controller.js';
import { InvoicesService } from './invoices.service.js';

@Module({
  controllers: [InvoicesController, BulkController],
  providers: [InvoicesService, ApprovalService, BulkService],
})
export class InvoicesModule {}
