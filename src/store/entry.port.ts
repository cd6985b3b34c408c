/** Conditions that an index serves; all of them must hold. Ids are as projected. */
export interface EntryFilter {
  readonly tenant: string;
  readonly actorId?: string | undefined;
  readonly resourceType?: string | undefined;
  readonly resourceId?: string | undefined;
  readonly action?: string | undefined;
  readonly actionPrefix?: string | undefined;
  /** Only what did not succeed. */
  readonly failures?: boolean | undefined;
  readonly group?: string | undefined;
  readonly requestId?: string | undefined;
  /** Bounds on the id (UUIDv7): at least, less than. */
  readonly fromId?: string | undefined;
  readonly toId?: string | undefined;
}

export interface EntryPageRequest {
  readonly filter: EntryFilter;
  readonly order: 'oldest' | 'newest';
  /** Id after which the page begins, in the order asked for. */
  readonly after?: string | undefined;
  readonly limit: number;
}

/** An entry with its sections as they are stored. */
export interface StoredEntry {
  readonly chain: number;
  readonly origin: string;
  readonly seq: number;
  readonly id: string;
  readonly hash: string;
  /** Milliseconds. */
  readonly sealedAt: number;
  readonly tenant: string;
  readonly body: string;
  /** Bytes, as captured: they need not be valid UTF-8. */
  readonly actor: Uint8Array | null;
  readonly data: string | null;
}

export interface EntryStore {
  page(request: EntryPageRequest): Promise<readonly StoredEntry[]>;
}
