import { SetMetadata, type CustomDecorator } from '@nestjs/common';
import type { AuditedOptions, AuditedRoute } from '../http/request-record.js';

// Strings, not symbols of this module: both module formats of this package can be loaded at once.
export const AUDITED = 'nestjs-prisma-audit:audited';
export const SKIPPED = 'nestjs-prisma-audit:skipped';

/**
 * Every call of this handler leaves one entry: who, with what outcome, how long.
 *
 * @param action dotted name, e.g. `invoice.approve`
 * @example
 * ```ts
 * @Audited('invoice.approve', { resource: ({ params }) => ({ type: 'Invoice', id: params.id }) })
 * @Post(':id/approve') approve(@Param('id') id: string) {}
 * ```
 */
export function Audited(action: string, options: AuditedOptions = {}): CustomDecorator {
  const route: AuditedRoute = { ...options, action };
  return SetMetadata(AUDITED, route);
}

/** No entry for this handler, although its class is `@Audited`. Its database writes are logged all the same. */
export function SkipAudit(): CustomDecorator {
  return SetMetadata(SKIPPED, true);
}
