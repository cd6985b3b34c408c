import { afterAll, afterEach, beforeAll } from '@jest/globals';
import { createAudit, type Audit, type AuditOptions } from '../../src/index.js';
import { createLog, type TestLog } from '../support/log.js';

export interface Audits {
  readonly log: TestLog;
  readonly create: (options?: Partial<AuditOptions>) => Audit;
}

/** One log for the tests of a file, and audits over it, each closed behind its test: the last that was opened first. */
export function openAudits(defaults: Partial<AuditOptions> = {}): Audits {
  let log: TestLog;
  const open: Audit[] = [];
  beforeAll(async () => {
    log = await createLog();
  });
  afterAll(() => log.close());
  afterEach(async () => {
    for (const audit of open.splice(0).toReversed()) await audit.close({ deadlineMs: 500 });
  });
  return {
    get log() {
      return log;
    },
    create: (options) => {
      const audit = createAudit({ databaseUrl: log.url, ...defaults, ...options });
      open.push(audit);
      return audit;
    },
  };
}
