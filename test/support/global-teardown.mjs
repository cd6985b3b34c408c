export default async function globalTeardown() {
  await globalThis.auditTestServer?.stop();
}
