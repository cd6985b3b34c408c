/** One PostgreSQL server for a test run; each test file makes its own databases on it, see database.ts. */
import { startPostgres } from './postgres.mjs';

export default async function globalSetup() {
  // Kept for the teardown, which runs in this same process; the workers get the address with their environment.
  globalThis.auditTestServer = await startPostgres();
  process.env.AUDIT_TEST_SERVER_URL = globalThis.auditTestServer.url;
  process.env.AUDIT_TEST_SERVER_MAJOR = String(globalThis.auditTestServer.majorVersion);
}
