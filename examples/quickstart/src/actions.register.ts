import type { actions } from './actions.js';

// From here on `@Audited('invoice.aprove')` does not compile, in all of the application.
declare module 'nestjs-prisma-audit' {
  interface AuditRegister {
    actions: typeof actions;
  }
}
