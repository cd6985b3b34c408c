/** Keeps that entries were taken along. */
export interface ExportLog {
  /**
   * MUST resolve only when it is committed: entries leave after that. MUST throw `AUDIT_NOT_WRITABLE` where nothing can be written, so
   * that none leave there.
   * @param details at most 64 KiB of JSON, kept in the erasable section
   * @param tenant whose entries; `undefined`: of the default chain, or of several
   */
  exported(details: object, tenant: string | undefined): Promise<void>;
}
