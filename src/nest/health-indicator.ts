import { Inject, Injectable } from '@nestjs/common';
import type { AuditHealth } from '../compose/health.js';
import { AuditService } from './audit.service.js';

/** One entry of a health check as @nestjs/terminus knows it: an object of ours, no import of theirs. */
export type AuditHealthResult<Key extends string> = Record<
  Key,
  Omit<AuditHealth, 'status'> & { readonly status: 'up' | 'degraded' | 'down'; readonly state: AuditHealth['status'] }
>;

export interface AuditHealthOptions {
  /**
   * What a degraded audit is for the check: the application serves its requests all the same. `'degraded'` is known to
   * @nestjs/terminus 12; before, it would be left out. @defaultValue `'up'`
   */
  readonly degraded?: 'up' | 'degraded' | 'down';
  /** Milliseconds. @defaultValue 2,000 */
  readonly timeoutMs?: number;
}

/**
 * For `HealthCheckService.check()` of @nestjs/terminus, and as well without it: `isHealthy()` returns a plain object. For an
 * instance with a name: `new AuditHealthIndicator(billing)`, with what `@InjectAudit('billing')` injects.
 *
 * @example
 * ```ts
 * @Get('health') @HealthCheck()
 * check() { return this.health.check([() => this.audit.isHealthy('audit')]); }
 * ```
 */
@Injectable()
export class AuditHealthIndicator {
  readonly #audit: Pick<AuditService, 'health'>;

  constructor(@Inject(AuditService) audit: Pick<AuditService, 'health'>) {
    this.#audit = audit;
  }

  /** Resolves within `timeoutMs`, never rejects. `state` is the audit's own status, `status` what the check makes of it. */
  async isHealthy<const Key extends string = 'audit'>(
    key: Key = 'audit' as Key, // the default of Key
    { degraded = 'up', timeoutMs }: AuditHealthOptions = {},
  ): Promise<AuditHealthResult<Key>> {
    const facts = await this.#audit.health(timeoutMs === undefined ? {} : { timeoutMs });
    const status = facts.status === 'degraded' ? degraded : facts.status;
    return { [key]: { ...facts, status, state: facts.status } } as AuditHealthResult<Key>; // a computed key has no type of its own
  }
}
